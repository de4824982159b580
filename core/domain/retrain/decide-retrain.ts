/** Facts known when a drift issue reports a shift of a model's data. */
export interface RetrainFacts {
  /** Checks in a row that found drift; from the issue. */
  readonly consecutive: number;
  /** When the last check looked; epoch milliseconds. */
  readonly checkedAtMs: number;
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

/** True if the retrain workflow has to be started, and why or why not. */
export interface RetrainDecision {
  readonly start: boolean;
  readonly reason: string;
}

/**
 * Decides about a retraining from facts: the same event delivered again finds the run that the first one started, and
 * starts nothing.
 */
export function decideRetrain(facts: RetrainFacts): RetrainDecision {
  const wait = (reason: string) => ({ start: false, reason });
  if (facts.consecutive < facts.after) return wait(`${facts.consecutive} of ${facts.after} drifted checks in a row`);
  if (facts.pullRequestOpen) return wait('a retrain pull request is open');
  if (facts.running) return wait('the retrain workflow is running');
  const last = Math.max(Number.NEGATIVE_INFINITY, ...facts.startedAtMs);
  // GitHub says in whole seconds when a run was started, and rounds down.
  if (last >= Math.floor(facts.checkedAtMs / 1000) * 1000)
    return wait('the retrain workflow was started after this check');
  if (last > facts.nowMs - facts.cooldownMs) return wait('the last retraining is younger than the cooldown');
  return { start: true, reason: `${facts.consecutive} drifted checks in a row` };
}
