/** Health signal of an environment, at a commit whose targets hold the version. */
export interface HealthSignal {
  /** `failure`: the version is not healthy. `error`: anyone who looks could not tell. */
  readonly state: 'success' | 'failure' | 'error' | 'pending';
  /** Epoch milliseconds. */
  readonly atMs: number;
}

const DEADLINE = 'it did not become healthy before its deadline';

/** Rules for an environment's health. */
export interface HealthFacts {
  /** Since when the environment's targets hold the version on the default branch; epoch milliseconds. */
  readonly heldSinceMs: number;
  /** Undefined: no one tells; the merge alone verifies. Of two at the same instant the later one in the list was said later. */
  readonly signals: readonly HealthSignal[] | undefined;
  /** A success counts only after it stood for this long: a service reports the previous model's health for a while. */
  readonly settleMs: number;
  /** The same for a failure: right after a change the last word is still about the model before. Default 0. */
  readonly failureSettleMs?: number;
  /** Without a success after this long the version has failed; undefined: wait forever. */
  readonly deadlineMs: number | undefined;
  readonly nowMs: number;
}

/** True if a version is verified in an environment. */
export type Health =
  | { readonly state: 'verified'; readonly sinceMs: number }
  | { readonly state: 'waiting'; readonly untilMs: number | undefined; readonly reason: string }
  | {
      readonly state: 'failed';
      readonly atMs: number;
      readonly reason: string;
      /** Source of that: a health signal, or its absence until the deadline. */
      readonly by: 'signal' | 'deadline';
      /** It was verified here before it failed: not its coming broke it. */
      readonly onceVerified: boolean;
    };

/**
 * Judges a version's health in an environment.
 *
 * Signals from before the version was held are another version's. The last one decides, once it stood for its settling
 * time (from the first of the same in a row): `success` verifies, `failure` fails; until then it waits, as with `error`
 * and `pending`. Waiting for a success ends at the deadline, since a service that never gets ready may report progress
 * forever.
 */
export function decideHealth(facts: HealthFacts): Health {
  const { heldSinceMs, signals, settleMs, nowMs } = facts;
  if (signals === undefined) return { state: 'verified', sinceMs: heldSinceMs };
  const own = signals.filter(({ atMs }) => atMs >= heldSinceMs).sort((a, b) => a.atMs - b.atMs);
  const last = own.at(-1);
  if (last?.state === 'success') {
    const settledMs = standsSinceMs(own, last) + settleMs;
    if (settledMs <= nowMs) return { state: 'verified', sinceMs: settledMs };
    return { state: 'waiting', untilMs: settledMs, reason: 'healthy, and must stay healthy for a while' };
  }
  const settledMs = last?.state === 'failure' ? standsSinceMs(own, last) + (facts.failureSettleMs ?? 0) : undefined;
  if (settledMs !== undefined && settledMs <= nowMs) {
    return failed(own, { atMs: settledMs, reason: 'its health status is failure', by: 'signal' }, settleMs);
  }
  return untilDeadline(own, settledMs, facts);
}

function untilDeadline(
  own: readonly HealthSignal[],
  settledMs: number | undefined,
  { heldSinceMs, deadlineMs, settleMs, nowMs }: HealthFacts,
): Health {
  const failsAtMs = deadlineMs === undefined ? undefined : heldSinceMs + deadlineMs;
  if (failsAtMs !== undefined && failsAtMs <= nowMs) {
    return failed(own, { atMs: failsAtMs, reason: DEADLINE, by: 'deadline' }, settleMs);
  }
  const last = own.at(-1);
  if (last === undefined) {
    return { state: 'waiting', untilMs: failsAtMs, reason: 'no health status yet' };
  }
  const reason =
    last.state === 'failure'
      ? 'its health status is failure, which must last for a moment'
      : `its last health status is ${last.state}`;
  return { state: 'waiting', untilMs: settledMs ?? failsAtMs, reason };
}

function failed(
  own: readonly HealthSignal[],
  failure: Pick<Extract<Health, { state: 'failed' }>, 'atMs' | 'reason' | 'by'>,
  settleMs: number,
): Health {
  return { state: 'failed', ...failure, onceVerified: wasVerified(own, settleMs) };
}

/** When the first of the same words in a row was said, up to the last one. */
function standsSinceMs(own: readonly HealthSignal[], last: HealthSignal): number {
  const first = own.slice(own.findLastIndex(({ state }) => state !== last.state) + 1)[0];
  return (first ?? last).atMs;
}

/** True if a success stood for the settling time before something else was said. @param signals In order of time. */
function wasVerified(signals: readonly HealthSignal[], settleMs: number): boolean {
  return signals.some(({ state, atMs }, index) => {
    if (state !== 'success') return false;
    const ended = signals.slice(index).find((later) => later.state !== 'success');
    return ended === undefined || ended.atMs - atMs >= settleMs;
  });
}
