import type { Metric } from './metric.ts';
import { ratioOfSums } from './ratio-of-sums.ts';

/**
 * Of the rows that are 1, the share decided as 1.
 *
 * Equivalent: `sklearn.metrics.recall_score(y, score >= threshold)`, but undefined where no row is 1.
 */
export const recall: Metric = {
  name: 'recall',
  title: 'Recall',
  task: 'binary-classification',
  direction: 'higher-is-better',
  range: [0, 1],
  estimate: ({ labels, scores }, { decisionThreshold }) =>
    ratioOfSums({
      numerator: labels.map((label, i) => ((scores[i] ?? 0) >= decisionThreshold ? label : 0)),
      denominator: labels,
      whenEmpty: 'no row has label 1',
    }),
};
