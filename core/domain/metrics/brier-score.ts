import { meanLoss, withClassSupport } from './mean-loss.ts';
import type { Metric } from './metric.ts';

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
  estimate: (rows) =>
    withClassSupport(
      rows,
      meanLoss(rows, (label, score) => (label - score) ** 2),
    ),
};

/** Brier score of several classes: squared differences summed over them, in [0, 2]. Equivalent: `brier_score_loss`. */
export const brierScoreOfClasses: Metric = {
  ...brierScore,
  task: 'multiclass-classification',
  range: [0, 2],
  estimate: (rows) =>
    meanLoss(rows, (label, _, row) => {
      let sum = 0;
      for (let k = 0; k < rows.classes; k++) {
        sum += ((k === label ? 1 : 0) - (rows.scores[row * rows.classes + k] ?? Number.NaN)) ** 2;
      }
      return sum;
    }),
};
