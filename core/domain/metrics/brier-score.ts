import { withBoundedLoss } from './bounded-loss.ts';
import { meanLoss, meanOf, withClassSupport } from './mean-loss.ts';
import type { Loss, Metric, ScoredRows } from './metric.ts';

/**
 * Brier score: the mean squared difference of probability and outcome.
 *
 * Equivalent: `sklearn.metrics.brier_score_loss`.
 */
export const brierScore: Metric = {
  name: 'brier_score',
  title: 'Brier score',
  task: 'binary-classification',
  direction: 'lower-is-better',
  range: [0, 1],
  readsProbabilities: true,
  aggregated: { kind: 'squared-error' },
  estimate: (rows) => withBoundedLoss(withClassSupport(rows, meanOf(squaredErrors(rows), rows.weights)), [0, 1]),
};

/** A plain loop: at a million rows the call of a function for each of them is what takes the time. */
function squaredErrors({ labels, scores }: ScoredRows): Float64Array {
  const losses = new Float64Array(labels.length);
  for (let i = 0; i < losses.length; i++) {
    const error = (labels[i] ?? 0) - (scores[i] ?? 0);
    losses[i] = error * error;
  }
  return losses;
}

/** Brier score of several classes: squared differences summed over them, in [0, 2]. Equivalent: `brier_score_loss`. */
export const brierScoreOfClasses: Metric = {
  ...brierScore,
  task: 'multiclass-classification',
  range: [0, 2],
  estimate: (rows) => withBoundedLoss(meanLoss(rows, squaredErrorsOfClasses(rows)), [0, 2]),
};

function squaredErrorsOfClasses({ scores, classes }: ScoredRows): Loss {
  return (label, _, row) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      sum += ((k === label ? 1 : 0) - (scores[row * classes + k] ?? Number.NaN)) ** 2;
    }
    return sum;
  };
}
