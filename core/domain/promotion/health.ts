/** What was said about the health of an environment, at a commit whose targets hold the version. */
export interface HealthSignal {
  /** `failure`: the version is not healthy. `error`: whoever looks could not tell. */
  readonly state: 'success' | 'failure' | 'error' | 'pending';
  /** Epoch milliseconds. */
  readonly atMs: number;
}

const DEADLINE = 'it did not get healthy before its deadline';

/** How an environment's health is judged. */
export interface HealthFacts {
  /** Since when the environment's targets hold the version on the default branch; epoch milliseconds. */
  readonly heldSinceMs: number;
  /** Undefined: nobody tells; the merge alone verifies. Of two at the same instant the later one in the list was said later. */
  readonly signals: readonly HealthSignal[] | undefined;
  /** A success counts only after it stood for this long: a service reports the previous model's health for a while. */
  readonly settleMs: number;
  /** Without a success after this long the version has failed; undefined: wait for ever. */
  readonly deadlineMs: number | undefined;
  readonly nowMs: number;
}

/** Whether a version is verified in an environment. */
export type Health =
  | { readonly state: 'verified'; readonly sinceMs: number }
  | { readonly state: 'waiting'; readonly untilMs: number | undefined; readonly reason: string }
  | {
      readonly state: 'failed';
      readonly atMs: number;
      readonly reason: string;
      /** It was verified here before it failed: not its coming broke it. */
      readonly onceVerified: boolean;
    };

/**
 * Judges a version's health in an environment.
 *
 * Signals from before the version was held are another version's. The last one decides: `success` verifies once it stood
 * for `settleMs` (from the first of the successes in a row), `failure` fails, `error` and `pending` wait; waiting ends at
 * the deadline, since a service that never gets ready may report progress for ever.
 */
export function decideHealth({ heldSinceMs, signals, settleMs, deadlineMs, nowMs }: HealthFacts): Health {
  if (signals === undefined) return { state: 'verified', sinceMs: heldSinceMs };
  const own = signals.filter(({ atMs }) => atMs >= heldSinceMs).sort((a, b) => a.atMs - b.atMs);
  const last = own.at(-1);
  if (last?.state === 'failure') {
    const reason = 'its health says failure';
    return { state: 'failed', atMs: last.atMs, reason, onceVerified: wasVerified(own, settleMs) };
  }
  if (last?.state === 'success') {
    const standsSince = own.slice(own.findLastIndex(({ state }) => state !== 'success') + 1)[0] ?? last;
    const settledMs = standsSince.atMs + settleMs;
    if (settledMs <= nowMs) return { state: 'verified', sinceMs: settledMs };
    return { state: 'waiting', untilMs: settledMs, reason: 'healthy, and has to stay so for a while' };
  }
  const failsAtMs = deadlineMs === undefined ? undefined : heldSinceMs + deadlineMs;
  if (failsAtMs !== undefined && failsAtMs <= nowMs) {
    return { state: 'failed', atMs: failsAtMs, reason: DEADLINE, onceVerified: wasVerified(own, settleMs) };
  }
  const reason =
    last === undefined ? 'nothing was said about its health yet' : `the last word about its health is ${last.state}`;
  return { state: 'waiting', untilMs: failsAtMs, reason };
}

/** Whether a success stood for the settling time before something else was said. @param signals In order of time. */
function wasVerified(signals: readonly HealthSignal[], settleMs: number): boolean {
  return signals.some(({ state, atMs }, index) => {
    if (state !== 'success') return false;
    const ended = signals.slice(index).find((later) => later.state !== 'success');
    return ended === undefined || ended.atMs - atMs >= settleMs;
  });
}
