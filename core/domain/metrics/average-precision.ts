import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { countLabel, positiveWeight } from './scored-rows.ts';

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
  const { labels, weights } = rows;
  const positives = positiveWeight(rows);
  if (positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
  const { precision, atLeast } = precisionAtScore(rows);
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    sum += (labels[row] ?? 0) * (precision[row] ?? 0) * (weights === null ? 1 : (weights[row] ?? 0));
  }
  const value = sum / positives;
  const influence = influences(rows, { precision, atLeast, value, positives });
  const support = { rows: countLabel(labels, 1), what: 'rows with label 1' };
  return { kind: 'estimate', value, influence, byClass: false, support };
}

interface PrecisionAtScore {
  /** Share of label 1 among the rows that score at least as high as this one. */
  readonly precision: Float64Array;
  /** Weight of the rows that score at least as high as this one. */
  readonly atLeast: Float64Array;
}

function precisionAtScore(rows: ScoredRows): PrecisionAtScore {
  const { labels, scores, weights } = rows;
  const order = rows.order();
  const precision = new Float64Array(labels.length);
  const atLeast = new Float64Array(labels.length);
  let found = 0;
  let seen = 0;
  for (let end = order.length; end > 0; ) {
    const start = tieStart(scores, order, end);
    for (let i = start; i < end; i++) {
      const row = order[i] ?? 0;
      const weight = weights === null ? 1 : (weights[row] ?? 0);
      seen += weight;
      found += (labels[row] ?? 0) * weight;
    }
    for (let i = start; i < end; i++) {
      precision[order[i] ?? 0] = seen === 0 ? 0 : found / seen;
      atLeast[order[i] ?? 0] = seen;
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
  readonly value: number;
  readonly positives: number;
}

function influences(rows: ScoredRows, parts: Parts): Float64Array {
  const { labels, scores, weights } = rows;
  const { precision, atLeast, value, positives } = parts;
  const order = rows.order();
  const influence = new Float64Array(labels.length);
  let hits = 0;
  let misses = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    const score = scores[order[start] ?? 0];
    for (; end < order.length && scores[order[end] ?? 0] === score; end++) {
      const row = order[end] ?? 0;
      const below = atLeast[row] ?? 0;
      if (below === 0) continue;
      // A row's weight counts in the precision of every positive at or below its own score.
      const share = ((labels[row] ?? 0) * (weights === null ? 1 : (weights[row] ?? 0))) / below;
      hits += share;
      misses += share * (precision[row] ?? 0);
    }
    for (; start < end; start++) {
      const row = order[start] ?? 0;
      const weight = weights === null ? 1 : (weights[row] ?? 0);
      const own = labels[row] === 1 ? (precision[row] ?? 0) - value + hits : 0;
      influence[row] = ((own - misses) * weight * labels.length) / positives;
    }
  }
  return influence;
}
