import type { Metric } from './metric.ts';
import { ratioOfSums } from './ratio-of-sums.ts';

/**
 * F1: twice the true positives over the rows decided as 1 plus the rows that are 1.
 *
 * Equivalent: `sklearn.metrics.f1_score(y, score >= threshold)`, but undefined where nothing is 1 and nothing decided so.
 */
export const f1: Metric = {
  name: 'f1',
  title: 'F1',
  task: 'binary-classification',
  direction: 'higher-is-better',
  range: [0, 1],
  estimate: ({ labels, scores }, { decisionThreshold }) => {
    const decided = scores.map((score) => (score >= decisionThreshold ? 1 : 0));
    return ratioOfSums({
      numerator: decided.map((one, i) => 2 * one * (labels[i] ?? 0)),
      denominator: decided.map((one, i) => one + (labels[i] ?? 0)),
      whenEmpty: 'no row has label 1 and none is decided so',
    });
  },
};
