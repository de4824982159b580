import { meanLoss } from './mean-loss.ts';
import type { Metric } from './metric.ts';

/**
 * Share of rows whose score is on the right side of the decision threshold.
 *
 * Equivalent: `sklearn.metrics.accuracy_score(y, score >= threshold)`.
 */
export const accuracy: Metric = {
  name: 'accuracy',
  title: 'Accuracy',
  task: 'binary-classification',
  direction: 'higher-is-better',
  range: [0, 1],
  estimate: (rows, { decisionThreshold }) =>
    meanLoss(rows, (label, score) => (score >= decisionThreshold === (label === 1) ? 1 : 0)),
};
