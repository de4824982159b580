import { once } from '../inference/once.ts';
import { pairMeanLimits } from '../inference/pair-limits.ts';
import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { LAST_OF_TIE, POSITIVE } from './ranking.ts';
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
  aggregated: { kind: 'roc-auc' },
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
  // Sums of weights are equal only up to rounding.
  const value = Math.min(1, concordantPairs(rows) / positives / negatives);
  const ones = countLabel(labels, 1);
  const smaller = Math.min(ones, count - ones);
  return {
    kind: 'estimate',
    value,
    influence: once(() => influences(rows, { positives, negatives, value })),
    byClass: weights === null,
    support: { rows: smaller, what: 'rows of the smaller class' },
    // Each row of the smaller class makes an independent pair with one of the other.
    edge: { trials: smaller, worst: (share) => 1 - share },
    distributionFree: {
      limits: (sampled, tail) => pairMeanLimits(value, labels, { sampled, tails: { lower: tail, upper: tail } }),
      paired: { kind: 'pairs', labels, scores: rows.scores },
    },
  };
}

/** The weight of pairs of both labels in which the 1 scores above the 0; ties count half. */
function concordantPairs(rows: ScoredRows): number {
  const { weights } = rows;
  const { order, marks } = rows.ranking();
  let [pairs, negativesBelow, tiedPositives, tiedNegatives] = [0, 0, 0, 0];
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i] ?? 0;
    const weight = weights === null ? 1 : (weights[order[i] ?? 0] ?? 0);
    if ((mark & POSITIVE) !== 0) tiedPositives += weight;
    else tiedNegatives += weight;
    if ((mark & LAST_OF_TIE) === 0) continue;
    pairs += tiedPositives * (negativesBelow + tiedNegatives / 2);
    negativesBelow += tiedNegatives;
    tiedPositives = 0;
    tiedNegatives = 0;
  }
  return pairs;
}

interface Sides {
  readonly positives: number;
  readonly negatives: number;
  readonly value: number;
}

/** By the share of the other class that each row is on the right side of; ties count half. */
function influences(rows: ScoredRows, { positives, negatives, value }: Sides): Float64Array {
  const { weights } = rows;
  const { order, marks } = rows.ranking();
  const count = order.length;
  const influence = new Float64Array(count);
  let [positivesBelow, negativesBelow, tiedPositives, tiedNegatives, start] = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const mark = marks[i] ?? 0;
    const weight = weights === null ? 1 : (weights[order[i] ?? 0] ?? 0);
    if ((mark & POSITIVE) !== 0) tiedPositives += weight;
    else tiedNegatives += weight;
    if ((mark & LAST_OF_TIE) === 0) continue;
    const ofPositive = ((negativesBelow + tiedNegatives / 2) / negatives - value) * (count / positives);
    const ofNegative = (1 - (positivesBelow + tiedPositives / 2) / positives - value) * (count / negatives);
    for (; start <= i; start++) {
      const row = order[start] ?? 0;
      const own = ((marks[start] ?? 0) & POSITIVE) !== 0 ? ofPositive : ofNegative;
      influence[row] = weights === null ? own : own * (weights[row] ?? 0);
    }
    positivesBelow += tiedPositives;
    negativesBelow += tiedNegatives;
    tiedPositives = 0;
    tiedNegatives = 0;
  }
  return influence;
}
