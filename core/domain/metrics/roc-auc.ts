import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { countLabel, positiveWeight, totalWeight } from './scored-rows.ts';

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

interface Sides {
  readonly positives: number;
  readonly negatives: number;
}

function estimateRocAuc(rows: ScoredRows): MetricEstimate | UndefinedMetric {
  const { labels, weights } = rows;
  const count = labels.length;
  const positives = positiveWeight(rows);
  const negatives = totalWeight(rows) - positives;
  if (positives === 0 || negatives === 0) return { kind: 'undefined', reason: 'all rows have the same label' };
  const influence = placements(rows, { positives, negatives });
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (labels[i] === 1) sum += (influence[i] ?? 0) * (weights === null ? 1 : (weights[i] ?? 0));
  }
  const value = sum / positives;
  for (let i = 0; i < count; i++) {
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    const share = (count * weight) / (labels[i] === 1 ? positives : negatives);
    influence[i] = ((influence[i] ?? 0) - value) * share;
  }
  const ones = countLabel(labels, 1);
  const smaller = Math.min(ones, count - ones);
  return {
    kind: 'estimate',
    value,
    influence,
    byClass: weights === null,
    support: { rows: smaller, what: 'rows of the smaller class' },
    // Each row of the smaller class makes an independent pair with one of the other.
    edge: { trials: smaller, worst: (share) => 1 - share },
  };
}

/** For each row, the share of the other class that it stands on the right side of; ties count half. */
function placements(rows: ScoredRows, { positives, negatives }: Sides): Float64Array {
  const { labels, scores, weights } = rows;
  const order = rows.order();
  const placement = new Float64Array(labels.length);
  let positivesBelow = 0;
  let negativesBelow = 0;
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start] ?? 0];
    let end = start;
    let tiedPositives = 0;
    let tied = 0;
    for (; end < order.length && scores[order[end] ?? 0] === score; end++) {
      const row = order[end] ?? 0;
      const weight = weights === null ? 1 : (weights[row] ?? 0);
      tied += weight;
      tiedPositives += (labels[row] ?? 0) * weight;
    }
    const tiedNegatives = tied - tiedPositives;
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
