import { once } from '../inference/once.ts';
import { averagePrecisionLimits } from './average-precision-limits.ts';
import type { DistributionFree, Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { LAST_OF_TIE, POSITIVE } from './ranking.ts';
import { countLabel, positiveWeight } from './scored-rows.ts';

/**
 * Average precision: the mean over rows with label 1 of the precision at their score, ties taken together.
 *
 * Influence: the derivative with respect to each row's weight, in one pass down the scores and one up. Each row with label 1
 * counts in its own precision, which makes the mean too high by about the mean of (1 - precision) / rows so high.
 * Equivalent: `sklearn.metrics.average_precision_score`.
 */
export const averagePrecision: Metric = {
  name: 'average_precision',
  title: 'Average precision',
  task: 'binary-classification',
  direction: 'higher-is-better',
  range: [0, 1],
  aggregated: { kind: 'average-precision' },
  estimate: estimateAveragePrecision,
};

function estimateAveragePrecision(rows: ScoredRows): MetricEstimate | UndefinedMetric {
  const { labels } = rows;
  const positives = positiveWeight(rows);
  if (positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
  const { precision, own } = summedPrecision(rows);
  const value = precision / positives;
  const influence = once(() => influences(rows, { value, positives }));
  const support = { rows: countLabel(labels, 1), what: 'rows with label 1' };
  const distributionFree: DistributionFree = { limits: (sampled, tail) => averagePrecisionLimits(rows, sampled, tail) };
  return { kind: 'estimate', value, influence, byClass: false, support, bias: own / positives, distributionFree };
}

interface PrecisionSums {
  /** The precision at the score of each row with label 1, times its weight. */
  readonly precision: number;
  /** Contribution of each such row to its own precision, as it is one of its rows: (1 - precision) / rows so high. */
  readonly own: number;
}

/** Sums from the highest score down. */
function summedPrecision(rows: ScoredRows): PrecisionSums {
  const { weights } = rows;
  const { order, marks } = rows.ranking();
  let [precision, own, found, seen, tied, squares] = [0, 0, 0, 0, 0, 0];
  const close = () => {
    if (seen === 0) return;
    precision += tied * (found / seen);
    own += (squares / seen) * (1 - found / seen);
    tied = 0;
    squares = 0;
  };
  for (let i = marks.length - 1; i >= 0; i--) {
    const mark = marks[i] ?? 0;
    if ((mark & LAST_OF_TIE) !== 0) close();
    const weight = weights === null ? 1 : (weights[order[i] ?? 0] ?? 0);
    seen += weight;
    if ((mark & POSITIVE) === 0) continue;
    tied += weight;
    squares += weight * weight;
    found += weight;
  }
  close();
  return { precision, own };
}

interface Whole {
  readonly value: number;
  readonly positives: number;
}

/** From the lowest score up: a row's weight counts in the precision of every row with label 1 at or below its score. */
function influences(rows: ScoredRows, { value, positives }: Whole): Float64Array {
  const { weights } = rows;
  const { order, marks } = rows.ranking();
  const { found, seen } = sweptDown(rows);
  const influence = new Float64Array(order.length);
  const scale = order.length / positives;
  let [hits, misses, start, tie, tied] = [0, 0, 0, found.length - 1, 0];
  for (let i = 0; i < order.length; i++) {
    const mark = marks[i] ?? 0;
    if ((mark & POSITIVE) !== 0) tied += weights === null ? 1 : (weights[order[i] ?? 0] ?? 0);
    if ((mark & LAST_OF_TIE) === 0) continue;
    const atLeast = seen[tie] ?? 0;
    const precision = atLeast === 0 ? 0 : (found[tie] ?? 0) / atLeast;
    tie--;
    if (atLeast > 0) {
      hits += tied / atLeast;
      misses += (tied / atLeast) * precision;
    }
    tied = 0;
    const ofPositive = (precision - value + hits - misses) * scale;
    for (; start <= i; start++) {
      const row = order[start] ?? 0;
      const own = ((marks[start] ?? 0) & POSITIVE) !== 0 ? ofPositive : -misses * scale;
      influence[row] = weights === null ? own : own * (weights[row] ?? 0);
    }
  }
  return influence;
}

/** By distinct score, the highest first: the weight of label 1, and of all, that scores at least as high. */
function sweptDown(rows: ScoredRows): { readonly found: Float64Array; readonly seen: Float64Array } {
  const { weights } = rows;
  const { order, marks } = rows.ranking();
  const found = new Float64Array(order.length);
  const seen = new Float64Array(order.length);
  let [hits, all, ties] = [0, 0, 0];
  for (let i = marks.length - 1; i >= 0; i--) {
    const weight = weights === null ? 1 : (weights[order[i] ?? 0] ?? 0);
    all += weight;
    if (((marks[i] ?? 0) & POSITIVE) !== 0) hits += weight;
    if (i > 0 && ((marks[i - 1] ?? 0) & LAST_OF_TIE) === 0) continue;
    found[ties] = hits;
    seen[ties++] = all;
  }
  return { found: found.subarray(0, ties), seen: seen.subarray(0, ties) };
}
