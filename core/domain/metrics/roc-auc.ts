import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { sortedOrder } from './sorted-order.ts';

/**
 * Area under the ROC curve: the probability that a row with label 1 scores above one with label 0, ties counting half.
 *
 * Influence: DeLong's placement values by midranks (X. Sun and W. Xu, IEEE Signal Process. Lett. 21, 2014).
 * Equivalent: `sklearn.metrics.roc_auc_score`.
 */
export const rocAuc: Metric = {
  name: 'roc_auc',
  title: 'ROC AUC',
  task: 'binary-classification',
  direction: 'higher-is-better',
  range: [0, 1],
  estimate: estimateRocAuc,
};

function estimateRocAuc({ labels, scores }: ScoredRows): MetricEstimate | UndefinedMetric {
  const rows = labels.length;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const negatives = rows - positives;
  if (positives === 0 || negatives === 0) return { kind: 'undefined', reason: 'all rows have the same label' };
  const placement = placements({ labels, scores }, { positives, negatives });
  let sum = 0;
  for (let i = 0; i < rows; i++) if (labels[i] === 1) sum += placement[i] ?? 0;
  const value = sum / positives;
  const influence = placement.map(
    (share, i) => (share - value) * (labels[i] === 1 ? rows / positives : rows / negatives),
  );
  return { kind: 'estimate', value, influence, byClass: true };
}

/** For each row, the share of the other class that it stands on the right side of; ties count half. */
function placements(
  { labels, scores }: ScoredRows,
  { positives, negatives }: { readonly positives: number; readonly negatives: number },
): Float64Array {
  const order = sortedOrder(scores);
  const placement = new Float64Array(labels.length);
  let positivesBelow = 0;
  let negativesBelow = 0;
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start] ?? 0];
    let end = start;
    let tiedPositives = 0;
    for (; end < order.length && scores[order[end] ?? 0] === score; end++)
      tiedPositives += labels[order[end] ?? 0] ?? 0;
    const tiedNegatives = end - start - tiedPositives;
    const ofPositive = (negativesBelow + tiedNegatives / 2) / negatives;
    const ofNegative = 1 - (positivesBelow + tiedPositives / 2) / positives;
    for (; start < end; start++) {
      const row = order[start] ?? 0;
      placement[row] = labels[row] === 1 ? ofPositive : ofNegative;
    }
    positivesBelow += tiedPositives;
    negativesBelow += tiedNegatives;
  }
  return placement;
}
