import { NO_INFLUENCE, once } from '../inference/once.ts';
import type { DistributionFree, Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { precisionAtRecallLimits } from './precision-at-recall-limits.ts';
import { LAST_OF_TIE, POSITIVE } from './ranking.ts';
import { countLabel, positiveWeight } from './scored-rows.ts';

const common = { task: 'binary-classification', direction: 'higher-is-better', range: [0, 1] } as const;

/** Weights of rows at or above a score. */
interface Point {
  readonly score: number;
  readonly hits: number;
  readonly decided: number;
}

/** Points of every distinct score, from the highest down. */
interface Points {
  readonly count: number;
  readonly hits: Float64Array;
  readonly decided: Float64Array;
  readonly scores: Float64Array;
}

/**
 * Precision at the highest threshold whose recall is at least `recall`.
 *
 * Influence: the threshold is a quantile of the scores of label 1, so the false positive rate moves with its slope along
 * the ROC curve (M. S. Pepe, The Statistical Evaluation of Medical Tests, 2003, section 5.2), which is taken from the
 * curve around the point. Equivalent in value: `sklearn.metrics.precision_recall_curve` at that threshold.
 */
export function precisionAtRecall(recall: number): Metric {
  return {
    ...common,
    name: `precision_at_recall_${recall}`,
    title: `Precision at recall ${recall}`,
    aggregated: { kind: 'precision-at-recall', recall },
    estimate: (rows) => estimatePrecision(rows, recall),
  };
}

/**
 * The highest recall of a threshold whose precision is at least `precision`. It jumps where the precision is flat, so it
 * has no interval: gate on the precision at a recall instead.
 */
export function recallAtPrecision(precision: number): Metric {
  return {
    ...common,
    name: `recall_at_precision_${precision}`,
    title: `Recall at precision ${precision}`,
    aggregated: { kind: 'recall-at-precision', precision },
    estimate: (rows) => estimateRecall(rows, precision),
  };
}

function estimateRecall(rows: ScoredRows, precision: number): MetricEstimate | UndefinedMetric {
  const positives = positiveWeight(rows);
  if (positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
  const { count, hits, decided } = pointsOf(rows);
  let most = 0;
  for (let i = 0; i < count; i++) if ((hits[i] ?? 0) >= precision * (decided[i] ?? 0)) most = hits[i] ?? 0;
  const value = most / positives;
  return { kind: 'estimate', value, influence: NO_INFLUENCE, byClass: false, withoutInterval: RECALL_JUMPS };
}

/** Why a recall at a precision has no interval. */
export const RECALL_JUMPS = 'it is not continuous where precision is flat; gate on precision with at-recall instead';

function pointsOf(rows: ScoredRows): Points {
  const { scores, weights } = rows;
  const { order, marks } = rows.ranking();
  const hits = new Float64Array(order.length);
  const decided = new Float64Array(order.length);
  const at = new Float64Array(order.length);
  let [found, all, count] = [0, 0, 0];
  for (let i = order.length - 1; i >= 0; i--) {
    const row = order[i] ?? 0;
    const weight = weights === null ? 1 : (weights[row] ?? 0);
    all += weight;
    if (((marks[i] ?? 0) & POSITIVE) !== 0) found += weight;
    if (i > 0 && ((marks[i - 1] ?? 0) & LAST_OF_TIE) === 0) continue;
    hits[count] = found;
    decided[count] = all;
    at[count++] = scores[row] ?? 0;
  }
  return { count, hits, decided, scores: at };
}

/** The highest score at and above which there is some weight of label 1; the lowest where sums fall short of it by rounding. */
function firstWith({ count, hits, decided, scores }: Points, wanted: number): Point {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hits[middle] ?? 0) >= wanted) high = middle;
    else low = middle + 1;
  }
  return { score: scores[low] ?? 0, hits: hits[low] ?? 0, decided: decided[low] ?? 0 };
}

function estimatePrecision(rows: ScoredRows, recall: number): MetricEstimate | UndefinedMetric {
  const positives = positiveWeight(rows);
  if (positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
  const points = pointsOf(rows);
  // Sums of weights may fall short of the whole by rounding.
  const at = firstWith(points, recall * positives * (1 - 1e-12));
  const value = at.hits / at.decided;
  const ones = countLabel(rows.labels, 1);
  const support = { rows: Math.min(ones, rows.labels.length - ones), what: 'rows of the smaller class' };
  const slope = slopeOf(points, { at, positives, band: Math.min(0.1, ones ** -0.5) });
  const influence = once(() => influencesAt(rows, { at, positives, value, slope }));
  const errors = rows.scores.reduce(
    (sum, score, row) => sum + (score >= at.score && rows.labels[row] !== 1 ? 1 : 0),
    0,
  );
  const distributionFree: DistributionFree = {
    limits: (sampled, tail) => precisionAtRecallLimits(rows, recall, { sampled, tail }),
  };
  return { kind: 'estimate', value, influence, byClass: false, support, errors, distributionFree };
}

interface Around {
  readonly at: Point;
  readonly positives: number;
  /** Half the width in recall that the slope is taken over. */
  readonly band: number;
}

/** Slope of the weight of false positives against that of hits at a point of the ROC curve. */
function slopeOf(points: Points, { at, positives, band }: Around): number {
  const recall = at.hits / positives;
  const [from, to] = [Math.max(0, recall - band), Math.min(1, recall + band)];
  const missesAt = (wanted: number) => {
    const point = firstWith(points, (wanted - 1e-12) * positives);
    return point.decided - point.hits;
  };
  return (missesAt(to) - (from === 0 ? 0 : missesAt(from))) / positives / (to - from);
}

interface AtPoint extends Omit<Around, 'band'> {
  readonly value: number;
  readonly slope: number;
}

function influencesAt(rows: ScoredRows, { at, positives, value, slope }: AtPoint): Float64Array {
  const { labels, scores, weights } = rows;
  const recall = at.hits / positives;
  const influence = new Float64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const isAbove = (scores[i] ?? 0) >= at.score ? 1 : 0;
    // Recall is held: what a row adds to it moves the threshold, and with it the false positives.
    const parts =
      labels[i] === 1 ? { hits: recall, misses: -slope * (isAbove - recall) } : { hits: 0, misses: isAbove };
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    const change = (parts.hits * (1 - value) - value * parts.misses) / at.decided;
    influence[i] = labels.length * weight * change;
  }
  return influence;
}
