import type { Metric } from './metric.ts';
import { mse } from './mse.ts';

/**
 * Root mean squared error, in the unit of the label; influence by the delta method.
 *
 * Equivalent: `sklearn.metrics.root_mean_squared_error`.
 */
export const rmse: Metric = {
  name: 'rmse',
  title: 'RMSE',
  task: 'regression',
  direction: 'lower-is-better',
  range: [0, Number.POSITIVE_INFINITY],
  estimate: (rows, options) => {
    const squared = mse.estimate(rows, options);
    if (squared.kind === 'undefined') return squared;
    const value = Math.sqrt(squared.value);
    const influence = squared.influence.map((part) => (value === 0 ? 0 : part / (2 * value)));
    return { kind: 'estimate', value, influence, byClass: false };
  },
};
