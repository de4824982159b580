import { meanLoss } from './mean-loss.ts';
import type { Metric } from './metric.ts';

/**
 * Mean absolute error, in the unit of the label.
 *
 * Equivalent: `sklearn.metrics.mean_absolute_error`.
 */
export const mae: Metric = {
  name: 'mae',
  title: 'MAE',
  task: 'regression',
  direction: 'lower-is-better',
  range: [0, Number.POSITIVE_INFINITY],
  estimate: (rows) => meanLoss(rows, (label, prediction) => Math.abs(label - prediction)),
};
