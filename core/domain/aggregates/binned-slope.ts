import { type Fit, fitSlope, UNFITTED } from '../metrics/calibration.ts';
import type { UndefinedMetric } from '../metrics/metric.ts';
import type { BinaryAggregates } from './binary-aggregates.ts';
import type { BinnedRanking } from './binned-ranking.ts';
import { type BinShape, binCount, scoreAt } from './score-bins.ts';

/** As of rows in memory: scores are kept so far from 0 and 1. */
const LEAST = 1e-12;
/** Chosen: for what the first order leaves out, which is the square of half a bin. */
const SECOND_ORDER = 1.01;

/** Chosen: a slope that is known to no more decides nothing. */
const MOST_BOUND = 0.05;

/** Rows of one label that share a log odds, up to half the width of their bin. */
interface Point {
  readonly bin: number;
  readonly label: number;
  readonly logit: number;
  readonly reach: number;
  readonly weight: number;
}

/**
 * The calibration slope of binned scores, each counted as the middle of its bin; scores of 0 and 1 as themselves. The
 * bound is how far the slope moves, to the first order, if every score is at the worse end of its bin; no slope where
 * that is so far that the first order says little.
 */
export function binnedSlope(sums: BinaryAggregates): BinnedRanking | UndefinedMetric {
  const points = pointsOf(sums);
  const numbers = (of: (point: Point) => number) => Float64Array.from(points, of);
  const data = { labels: numbers(({ label }) => label), logits: numbers(({ logit }) => logit) };
  const fit = fitSlope({ ...data, weights: numbers(({ weight }) => weight) });
  if (fit === null) return { kind: 'undefined', reason: UNFITTED };
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const byBin = new Float64Array(2 * binCount(sums.shape));
  const weights = new Float64Array(byBin.length);
  let bound = 0;
  for (const { bin, label, logit, reach, weight } of points) {
    const { residual, slope } = atPoint(fit, label, logit);
    const at = 2 * bin + label;
    byBin[at] = (byBin[at] ?? 0) + weight * total * residual * (fit.inverse[0] + fit.inverse[1] * logit);
    weights[at] = (weights[at] ?? 0) + weight;
    bound += weight * reach * Math.abs(slope);
  }
  if (!(bound < MOST_BOUND))
    return { kind: 'undefined', reason: 'too many scores are so close to 0 or 1 that they are in the same bin' };
  for (let at = 0; at < byBin.length; at++)
    if ((weights[at] ?? 0) > 0) byBin[at] = (byBin[at] ?? 0) / (weights[at] ?? 1);
  return { value: fit.slope, valueBound: SECOND_ORDER * bound, bias: 0, byBin };
}

/** Residual of a row, and the derivative of the fitted slope by its log odds. */
function atPoint({ intercept, slope, inverse }: Fit, label: number, logit: number) {
  const p = 1 / (1 + Math.exp(-intercept - slope * logit));
  const residual = label - p;
  const information = p * (1 - p) * slope;
  return { residual, slope: inverse[1] * residual - information * (inverse[0] + inverse[1] * logit) };
}

function pointsOf(aggregates: BinaryAggregates): readonly Point[] {
  const { fine, shape } = aggregates;
  const points: Point[] = [];
  for (const label of [0, 1]) {
    const atEnds = endsByBin(aggregates, label);
    for (let bin = 0; bin < binCount(shape); bin++) {
      const own = fine[2 * bin + label] ?? 0;
      if (own === 0) continue;
      const { zero = 0, one = 0 } = atEnds.get(bin) ?? {};
      if (zero > 0) points.push({ bin, label, logit: logitOf(LEAST), reach: 0, weight: zero });
      if (one > 0) points.push({ bin, label, logit: logitOf(1 - LEAST), reach: 0, weight: one });
      const weight = own - zero - one;
      // What sums of weights leave by rounding is none.
      if (weight > 1e-9 * own) points.push({ bin, label, ...middleOf(bin, shape), weight });
    }
  }
  return points;
}

/** The weight at 0 and at 1 of bins that have other scores too: of one bin at each end, since others are at it as a whole. */
function endsByBin({ fine, ends, shape }: BinaryAggregates, label: number) {
  const bins = binCount(shape);
  const found = new Map<number, { zero?: number; one?: number }>();
  let low = 0;
  let zero = ends[label] ?? 0;
  for (; low < bins - 1 && scoreAt((low + 1) / bins, shape) <= LEAST; low++) zero -= fine[2 * low + label] ?? 0;
  let high = bins - 1;
  let one = ends[2 + label] ?? 0;
  for (; high > 0 && scoreAt(high / bins, shape) >= 1 - LEAST; high--) one -= fine[2 * high + label] ?? 0;
  found.set(low, { zero: Math.max(0, zero) });
  found.set(high, { ...found.get(high), one: Math.max(0, one) });
  return found;
}

/** Between the log odds of a bin's ends. */
function middleOf(bin: number, shape: BinShape): { readonly logit: number; readonly reach: number } {
  const [low, high] = [bin, bin + 1].map((edge) =>
    logitOf(Math.min(1 - LEAST, Math.max(LEAST, scoreAt(edge / binCount(shape), shape)))),
  );
  const [from, to] = [low ?? 0, high ?? 0];
  // As much again as scores of float32 are rounded by.
  return { logit: (from + to) / 2, reach: (to - from) / 2 + 2 ** -24 };
}

function logitOf(score: number): number {
  return Math.log(score / (1 - score));
}
