import type { Metric } from './metric.ts';
import { ratioOfSums } from './ratio-of-sums.ts';

/**
 * Coefficient of determination: 1 less the squared error over that of the labels' mean. Negative where worse than it.
 *
 * Equivalent: `sklearn.metrics.r2_score`, but undefined where all labels are equal.
 */
export const r2: Metric = {
  name: 'r2',
  title: 'R²',
  task: 'regression',
  direction: 'higher-is-better',
  range: [Number.NEGATIVE_INFINITY, 1],
  estimate: ({ labels, scores }) => {
    const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    const unexplained = ratioOfSums({
      numerator: labels.map((label, i) => (label - (scores[i] ?? Number.NaN)) ** 2),
      // The mean moves with a row's weight too, but at the mean the derivative of the sum of squares is 0.
      denominator: labels.map((label) => (label - mean) ** 2),
      whenEmpty: 'all labels are equal',
    });
    if (unexplained.kind === 'undefined') return unexplained;
    return { ...unexplained, value: 1 - unexplained.value, influence: unexplained.influence.map((part) => -part) };
  },
};
