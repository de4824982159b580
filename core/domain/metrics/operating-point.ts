import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { countLabel, positiveWeight, totalWeight } from './scored-rows.ts';

const common = { task: 'binary-classification', direction: 'higher-is-better', range: [0, 1] } as const;

/** Weights of rows at or above each distinct score, from the highest score down. */
interface Point {
  readonly score: number;
  readonly hits: number;
  readonly decided: number;
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
    estimate: (rows) => estimateRecall(rows, precision),
  };
}

function estimateRecall(rows: ScoredRows, precision: number): MetricEstimate | UndefinedMetric {
  const positives = positiveWeight(rows);
  if (positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
  const reached = pointsOf(rows).filter(({ hits, decided }) => hits >= precision * decided);
  const value = Math.max(0, ...reached.map(({ hits }) => hits / positives));
  const withoutInterval = 'it jumps where precision is flat; gate on precision with at-recall instead';
  return { kind: 'estimate', value, influence: new Float64Array(0), byClass: false, withoutInterval };
}

function pointsOf(rows: ScoredRows): readonly Point[] {
  const { labels, scores, weights } = rows;
  const order = rows.order();
  const points: Point[] = [];
  let hits = 0;
  let decided = 0;
  for (let i = order.length - 1; i >= 0; i--) {
    const row = order[i] ?? 0;
    const weight = weights === null ? 1 : (weights[row] ?? 0);
    decided += weight;
    hits += weight * (labels[row] ?? 0);
    const score = scores[row] ?? 0;
    if (i === 0 || scores[order[i - 1] ?? 0] !== score) points.push({ score, hits, decided });
  }
  return points;
}

function estimatePrecision(rows: ScoredRows, recall: number): MetricEstimate | UndefinedMetric {
  const positives = positiveWeight(rows);
  const negatives = totalWeight(rows) - positives;
  if (positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
  const points = pointsOf(rows);
  // Sums of weights may fall short of the whole by rounding.
  const at = points.find(({ hits }) => hits >= recall * positives * (1 - 1e-12));
  if (at === undefined) return { kind: 'undefined', reason: 'no threshold reaches that recall' };
  const value = at.hits / at.decided;
  const ones = countLabel(rows.labels, 1);
  const support = { rows: Math.min(ones, rows.labels.length - ones), what: 'rows of the smaller class' };
  const sides = { positives, negatives };
  const slope = slopeOf(points, { at, ...sides, band: Math.min(0.1, ones ** -0.5) });
  const influence = influencesAt(rows, { at, ...sides, value, slope });
  return { kind: 'estimate', value, influence, byClass: false, support };
}

interface Around {
  readonly at: Point;
  readonly positives: number;
  readonly negatives: number;
  /** Half the width in recall that the slope is taken over. */
  readonly band: number;
}

/** How fast the false positive rate grows with recall at a point of the ROC curve. */
function slopeOf(points: readonly Point[], { at, positives, negatives, band }: Around): number {
  const recall = at.hits / positives;
  const [from, to] = [Math.max(0, recall - band), Math.min(1, recall + band)];
  const rateAt = (wanted: number) => {
    const point = points.find(({ hits }) => hits / positives >= wanted - 1e-12);
    return point === undefined || negatives === 0 ? 1 : (point.decided - point.hits) / negatives;
  };
  return to > from ? (rateAt(to) - (from === 0 ? 0 : rateAt(from))) / (to - from) : 0;
}

interface AtPoint extends Omit<Around, 'band'> {
  readonly value: number;
  readonly slope: number;
}

function influencesAt(rows: ScoredRows, { at, positives, negatives, value, slope }: AtPoint): Float64Array {
  const { labels, scores, weights } = rows;
  const recall = at.hits / positives;
  const influence = new Float64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const isAbove = (scores[i] ?? 0) >= at.score ? 1 : 0;
    // Recall is held: what a row adds to it moves the threshold, and with it the false positives.
    const parts =
      labels[i] === 1
        ? { hits: recall, misses: -slope * (isAbove - recall) * (negatives / positives) }
        : { hits: 0, misses: isAbove };
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    const change = (parts.hits * (1 - value) - value * parts.misses) / at.decided;
    influence[i] = labels.length * weight * change;
  }
  return influence;
}
