import { meanLoss } from './mean-loss.ts';
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
  estimate: (rows) => meanLoss(rows, (label, score) => (label - score) ** 2),
};
