import { meanLoss, meanOf, withClassSupport } from './mean-loss.ts';
import type { Metric, ScoredRows } from './metric.ts';

/**
 * Log loss (cross entropy) of probabilities, in nats. Probabilities are kept within the machine epsilon of 0 and 1.
 *
 * Equivalent: `sklearn.metrics.log_loss`.
 */
export const logLoss: Metric = {
  name: 'log_loss',
  title: 'Log loss',
  task: 'binary-classification',
  direction: 'lower-is-better',
  range: [0, Number.POSITIVE_INFINITY],
  readsProbabilities: true,
  aggregated: { kind: 'log-loss' },
  estimate: (rows) => withClassSupport(rows, meanOf(logarithms(rows), rows.weights)),
};

/** A plain loop: at a million rows the call of a function for each of them is what takes the time. */
function logarithms({ labels, scores }: ScoredRows): Float64Array {
  const losses = new Float64Array(labels.length);
  for (let i = 0; i < losses.length; i++) {
    const score = scores[i] ?? 0;
    losses[i] = -Math.log(inside(labels[i] === 1 ? score : 1 - score));
  }
  return losses;
}

/** Log loss of the probabilities of several classes. Equivalent: `sklearn.metrics.log_loss`. */
export const logLossOfClasses: Metric = {
  ...logLoss,
  task: 'multiclass-classification',
  estimate: (rows) =>
    meanLoss(rows, (label, _, row) => -Math.log(inside(rows.scores[row * rows.classes + label] ?? Number.NaN))),
};

function inside(probability: number): number {
  return Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probability));
}
