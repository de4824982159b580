import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { sortedOrder } from './sorted-order.ts';

/**
 * Average precision: the mean over rows with label 1 of the precision at their score, ties taken together.
 *
 * Influence: the derivative with respect to each row's weight, in one pass down the scores and one up.
 * Equivalent: `sklearn.metrics.average_precision_score`.
 */
export const averagePrecision: Metric = {
  name: 'average_precision',
  title: 'Average precision',
  task: 'binary-classification',
  direction: 'higher-is-better',
  range: [0, 1],
  estimate: estimateAveragePrecision,
};

function estimateAveragePrecision(rows: ScoredRows): MetricEstimate | UndefinedMetric {
  const positives = rows.labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
  const order = sortedOrder(rows.scores);
  const { precision, atLeast } = precisionAtScore(rows, order);
  let sum = 0;
  rows.labels.forEach((label, row) => {
    sum += label * (precision[row] ?? 0);
  });
  const value = sum / positives;
  const influence = influences(rows, { order, precision, atLeast, value, positives });
  return { kind: 'estimate', value, influence, byClass: false };
}

interface PrecisionAtScore {
  /** Share of label 1 among the rows that score at least as high as this one. */
  readonly precision: Float64Array;
  /** How many rows score at least as high as this one. */
  readonly atLeast: Float64Array;
}

function precisionAtScore({ labels, scores }: ScoredRows, order: Uint32Array): PrecisionAtScore {
  const precision = new Float64Array(labels.length);
  const atLeast = new Float64Array(labels.length);
  let found = 0;
  for (let end = order.length; end > 0; ) {
    const start = tieStart(scores, order, end);
    for (let i = start; i < end; i++) found += labels[order[i] ?? 0] ?? 0;
    for (let i = start; i < end; i++) {
      precision[order[i] ?? 0] = found / (order.length - start);
      atLeast[order[i] ?? 0] = order.length - start;
    }
    end = start;
  }
  return { precision, atLeast };
}

/** First position of the run of equal scores that ends before `end`. */
function tieStart(scores: Float64Array, order: Uint32Array, end: number): number {
  const score = scores[order[end - 1] ?? 0];
  let start = end - 1;
  while (start > 0 && scores[order[start - 1] ?? 0] === score) start--;
  return start;
}

interface Parts extends PrecisionAtScore {
  readonly order: Uint32Array;
  readonly value: number;
  readonly positives: number;
}

function influences({ labels, scores }: ScoredRows, parts: Parts): Float64Array {
  const { order, precision, atLeast, value, positives } = parts;
  const influence = new Float64Array(labels.length);
  let hits = 0;
  let misses = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    const score = scores[order[start] ?? 0];
    for (; end < order.length && scores[order[end] ?? 0] === score; end++) {
      const row = order[end] ?? 0;
      // A row's weight counts in the precision of every positive at or below its own score.
      hits += (labels[row] ?? 0) / (atLeast[row] ?? 1);
      misses += ((labels[row] ?? 0) * (precision[row] ?? 0)) / (atLeast[row] ?? 1);
    }
    for (; start < end; start++) {
      const row = order[start] ?? 0;
      const own = labels[row] === 1 ? (precision[row] ?? 0) - value + hits : 0;
      influence[row] = ((own - misses) * labels.length) / positives;
    }
  }
  return influence;
}
