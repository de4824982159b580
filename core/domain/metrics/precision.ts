import type { Metric } from './metric.ts';
import { ratioOfSums } from './ratio-of-sums.ts';

/**
 * Of the rows decided as 1, the share that are 1.
 *
 * Equivalent: `sklearn.metrics.precision_score(y, score >= threshold)`, but undefined where nothing is decided as 1.
 */
export const precision: Metric = {
  name: 'precision',
  title: 'Precision',
  task: 'binary-classification',
  direction: 'higher-is-better',
  range: [0, 1],
  estimate: ({ labels, scores }, { decisionThreshold }) => {
    const decided = scores.map((score) => (score >= decisionThreshold ? 1 : 0));
    return ratioOfSums({
      numerator: decided.map((one, i) => one * (labels[i] ?? 0)),
      denominator: decided,
      whenEmpty: 'no score reaches the decision threshold',
    });
  },
};
