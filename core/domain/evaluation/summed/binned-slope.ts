import { type Fit, fitSlope, UNFITTED } from '../../metrics/calibration.ts';
import type { UndefinedMetric } from '../../metrics/metric.ts';
import type { BinarySums } from './binary-sums.ts';
import type { BinnedRanking } from './binned-ranking.ts';
import { type BinShape, binCount, scoreOfBin } from './score-bins.ts';

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
 * bound is how far the slope moves, to the first order, if every score lies at the worse end of its bin; no slope where
 * that is so far that the first order says little.
 */
export function binnedSlope(sums: BinarySums): BinnedRanking | UndefinedMetric {
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

/** What a row leaves unexplained, and how fast the fitted slope moves with its log odds. */
function atPoint({ intercept, slope, inverse }: Fit, label: number, logit: number) {
  const p = 1 / (1 + Math.exp(-intercept - slope * logit));
  const residual = label - p;
  const information = p * (1 - p) * slope;
  return { residual, slope: inverse[1] * residual - information * (inverse[0] + inverse[1] * logit) };
}

function pointsOf({ fine, ends, shape }: BinarySums): readonly Point[] {
  const last = binCount(shape) - 1;
  const points: Point[] = [];
  for (let bin = 0; bin <= last; bin++) {
    for (const label of [0, 1]) {
      const isOutermost = bin === 0 || bin === last;
      const atEnd = isOutermost ? (ends[(bin === 0 ? 0 : 2) + label] ?? 0) : 0;
      if (atEnd > 0)
        points.push({ bin, label, logit: logitOf(bin === 0 ? LEAST : 1 - LEAST), reach: 0, weight: atEnd });
      const weight = (fine[2 * bin + label] ?? 0) - atEnd;
      // What sums of weights leave by rounding is none.
      if (weight > 1e-9 * atEnd) points.push({ bin, label, ...middleOf(bin, shape), weight });
    }
  }
  return points;
}

/** Between the log odds of a bin's ends. */
function middleOf(bin: number, shape: BinShape): { readonly logit: number; readonly reach: number } {
  const last = binCount(shape) - 1;
  const middle = scoreOfBin(bin, shape);
  // The outermost bins reach to the ends.
  if (bin === 0 || bin === last) {
    const inner = logitOf(bin === 0 ? 2 ** -(shape.octaves + 1) * (1 + 2 ** -shape.stepBits) : middle);
    const outer = logitOf(bin === 0 ? LEAST : 1 - LEAST);
    return { logit: (inner + outer) / 2, reach: Math.abs(inner - outer) / 2 + 1e-3 };
  }
  const distance = Math.min(middle, 1 - middle);
  const octave = 2 ** Math.floor(Math.log2(distance));
  // The derivative of the log odds is 1 / (p (1 - p)); float32 rounds a score by half of 2⁻²³ of its octave.
  const half = octave * (2 ** -(shape.stepBits + 1) + 2 ** -24);
  return { logit: logitOf(middle), reach: half / ((distance - half) * (1 - distance - half)) };
}

function logitOf(score: number): number {
  return Math.log(score / (1 - score));
}
