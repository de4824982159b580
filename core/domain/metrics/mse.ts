import { meanLoss } from './mean-loss.ts';
import type { Metric } from './metric.ts';

/**
 * Mean squared error, in the squared unit of the label.
 *
 * Equivalent: `sklearn.metrics.mean_squared_error`.
 */
export const mse: Metric = {
  name: 'mse',
  title: 'MSE',
  task: 'regression',
  direction: 'lower-is-better',
  range: [0, Number.POSITIVE_INFINITY],
  estimate: (rows) => meanLoss(rows, (label, prediction) => (label - prediction) ** 2),
};
