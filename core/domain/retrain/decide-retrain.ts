/** Facts about a model whose data may have drifted, or whose retraining has a schedule. */
export interface RetrainFacts {
  /** Of the drift issue; undefined where the last check found no drift. */
  readonly drift: DriftSeen | undefined;
  /** The newest start of `retrain.schedule`; epoch milliseconds; undefined where there is none. */
  readonly scheduledAtMs: number | undefined;
  /** `retrain.after`. */
  readonly after: number;
  /** `retrain.cooldown`; 0 for none. */
  readonly cooldownMs: number;
  readonly nowMs: number;
  /** When runs of the retrain workflow were started; epoch milliseconds, any order. */
  readonly startedAtMs: readonly number[];
  /** One of those runs has not ended. */
  readonly running: boolean;
  readonly pullRequestOpen: boolean;
}

/** The part of a drift issue that decides. */
export interface DriftSeen {
  /** Checks in a row that found drift. */
  readonly consecutive: number;
  /** When the last check looked; epoch milliseconds. */
  readonly checkedAtMs: number;
}

/** True if the retrain workflow has to be started, and why or why not. */
export interface RetrainDecision {
  readonly start: boolean;
  readonly reason: string;
}

/** Chosen: a start that was missed by more, such as one before the schedule was written, waits for the next. */
const LATE_MS = 24 * 3_600_000;

/** True where a scheduled start is not long ago. */
export function isDueBySchedule({ scheduledAtMs, nowMs }: Pick<RetrainFacts, 'scheduledAtMs' | 'nowMs'>): boolean {
  return scheduledAtMs !== undefined && nowMs - scheduledAtMs < LATE_MS;
}

/**
 * Decides about a retraining from facts: the same event delivered again finds the run that the first one started, and
 * starts nothing.
 */
export function decideRetrain(facts: RetrainFacts): RetrainDecision {
  const wait = (reason: string) => ({ start: false, reason });
  const { drift, after, scheduledAtMs } = facts;
  const hasDrifted = drift !== undefined && drift.consecutive >= after;
  const isScheduled = isDueBySchedule(facts);
  if (!hasDrifted && !isScheduled) {
    return wait(
      drift === undefined ? 'no drift, and no schedule' : `${drift.consecutive} of ${after} drifted checks in a row`,
    );
  }
  if (facts.pullRequestOpen) return wait('a retrain pull request is open');
  if (facts.running) return wait('the retrain workflow is running');
  const last = Math.max(Number.NEGATIVE_INFINITY, ...facts.startedAtMs);
  // GitHub says in whole seconds when a run was started, and rounds down.
  const isNews = hasDrifted && last < Math.floor(drift.checkedAtMs / 1000) * 1000;
  const isDue = isScheduled && last < (scheduledAtMs ?? 0);
  if (!isNews && !isDue) {
    return wait(`the retrain workflow was started after this ${hasDrifted ? 'check' : 'time of its schedule'}`);
  }
  if (last > facts.nowMs - facts.cooldownMs) return wait('the last retraining is younger than the cooldown');
  if (isNews) return { start: true, reason: `${drift.consecutive} drifted checks in a row` };
  return { start: true, reason: `its schedule, ${new Date(scheduledAtMs ?? 0).toISOString().slice(0, 16)} UTC` };
}
