import { meanLoss, withClassSupport } from './mean-loss.ts';
import type { Metric } from './metric.ts';

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
  estimate: (rows) =>
    withClassSupport(
      rows,
      meanLoss(rows, (label, score) => -Math.log(inside(label === 1 ? score : 1 - score))),
    ),
};

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
