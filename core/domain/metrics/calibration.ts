import { NO_INFLUENCE, once } from '../inference/once.ts';
import { decide } from './confusion.ts';
import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { countLabel, totalWeight } from './scored-rows.ts';

/** Chosen: the usual number of bins (Naeini, Cooper and Hauskrecht, AAAI 2015). */
const BINS = 10;
const ROUNDS = 50;
/** Chosen: log odds whose slope and intercept are a thousand times as large as a probability's do not vary. */
const FARTHEST_STEP = 1e3;

/** Options of bins. */
export type BinnedRows = Pick<ScoredRows, 'labels' | 'scores' | 'weights'>;

/** Weights of one bin of probabilities. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  /** Rows, whatever they weigh. */
  readonly rows: number;
  readonly weight: number;
  /** Mean probability; null where the bin is empty. */
  readonly predicted: number | null;
  /** Share of label 1; null where the bin is empty. */
  readonly observed: number | null;
}

/** Ten equal bins (from, to] of the probability of 1, the first one closed. */
export function calibrationBins({ labels, scores, weights }: BinnedRows): readonly CalibrationBin[] {
  const rows = new Float64Array(BINS);
  const weight = new Float64Array(BINS);
  const predicted = new Float64Array(BINS);
  const observed = new Float64Array(BINS);
  for (let i = 0; i < labels.length; i++) {
    const score = scores[i] ?? 0;
    const bin = Math.min(BINS - 1, Math.max(0, Math.ceil(score * BINS) - 1));
    const w = weights === null ? 1 : (weights[i] ?? 0);
    rows[bin] = (rows[bin] ?? 0) + 1;
    weight[bin] = (weight[bin] ?? 0) + w;
    predicted[bin] = (predicted[bin] ?? 0) + w * score;
    observed[bin] = (observed[bin] ?? 0) + w * (labels[i] ?? 0);
  }
  return binsOfSums({ rows, weight, predicted, observed });
}

/** Sums over the rows of each of ten bins: how many, their weight, and by weight their scores and labels. */
export interface CalibrationSums {
  readonly rows: Float64Array;
  readonly weight: Float64Array;
  readonly predicted: Float64Array;
  readonly observed: Float64Array;
}

/** Bins of their sums. */
export function binsOfSums({ rows, weight, predicted, observed }: CalibrationSums): readonly CalibrationBin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const total = weight[bin] ?? 0;
    const mean = (sums: Float64Array) => (total === 0 ? null : (sums[bin] ?? 0) / total);
    return {
      from: bin / BINS,
      to: (bin + 1) / BINS,
      rows: rows[bin] ?? 0,
      weight: total,
      predicted: mean(predicted),
      observed: mean(observed),
    };
  });
}

/**
 * Expected calibration error: the weighted mean over ten equal bins of |share of 1 - mean probability|. It is biased
 * upwards by chance alone, so it has no interval and gates nothing.
 */
export const expectedCalibrationError: Metric = {
  name: 'ece',
  title: 'Expected calibration error',
  task: 'binary-classification',
  direction: 'lower-is-better',
  range: [0, 1],
  readsProbabilities: true,
  aggregated: { kind: 'ece' },
  estimate: estimateEce,
};

/** Expected calibration error of the decided class: its probability against how often it is right. */
export const expectedCalibrationErrorOfClasses: Metric = {
  ...expectedCalibrationError,
  task: 'multiclass-classification',
  estimate: (rows, options) => {
    const decided = decide(rows, options);
    const labels = new Float64Array(decided.length);
    const scores = new Float64Array(decided.length);
    for (let i = 0; i < decided.length; i++) {
      labels[i] = rows.labels[i] === decided[i] ? 1 : 0;
      scores[i] = rows.scores[i * rows.classes + (decided[i] ?? 0)] ?? 0;
    }
    return estimateEce({ labels, scores, weights: rows.weights });
  },
};

function estimateEce(rows: BinnedRows): MetricEstimate | UndefinedMetric {
  const total = totalWeight(rows);
  if (total === 0) return { kind: 'undefined', reason: 'there are no rows' };
  return calibrationErrorOf(calibrationBins(rows), total);
}

/** The expected calibration error of bins with some weight in all. */
export function calibrationErrorOf(bins: readonly CalibrationBin[], total: number): MetricEstimate {
  const value = bins.reduce(
    (sum, { weight, predicted, observed }) => sum + (weight * Math.abs((predicted ?? 0) - (observed ?? 0))) / total,
    0,
  );
  const withoutInterval = 'it is biased upwards by chance, so it has no interval; gate on brier_score or log_loss';
  return { kind: 'estimate', value, influence: NO_INFLUENCE, byClass: false, withoutInterval };
}

/**
 * Calibration slope: that of the logistic regression of the label on the log odds of the score. 1 is calibrated, below 1
 * the scores are too extreme (D. R. Cox, Biometrika 45, 1958). Scores are kept within 1e-12 of 0 and 1.
 *
 * Influence: that of the maximum of the likelihood (sandwich).
 */
export const calibrationSlope: Metric = {
  name: 'calibration_slope',
  title: 'Calibration slope',
  task: 'binary-classification',
  direction: 'higher-is-better',
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  readsProbabilities: true,
  aggregated: { kind: 'calibration-slope' },
  estimate: estimateSlope,
};

function estimateSlope(rows: ScoredRows): MetricEstimate | UndefinedMetric {
  const { labels, scores, weights } = rows;
  const ones = countLabel(labels, 1);
  if (ones === 0 || ones === labels.length) return { kind: 'undefined', reason: 'all rows have the same label' };
  const logits = scores.map((score) => {
    const inside = Math.min(1 - 1e-12, Math.max(1e-12, score));
    return Math.log(inside / (1 - inside));
  });
  const data = { labels, logits, weights };
  const fit = fitSlope(data);
  if (fit === null) return { kind: 'undefined', reason: UNFITTED };
  const support = { rows: Math.min(ones, labels.length - ones), what: 'rows of the smaller class' };
  const influence = once(() => influencesOf(fit, data));
  return { kind: 'estimate', value: fit.slope, influence, byClass: false, support };
}

/** Why there is no slope. */
export const UNFITTED = 'the scores separate the labels, or do not vary';

/** The logistic regression of labels on log odds; null where the likelihood has no maximum. */
export function fitSlope(data: LogisticData): Fit | null {
  // From 1 calibrated scores are near; from 0 those arrive that are far too sure of themselves.
  return maximumFrom(1, data) ?? maximumFrom(0, data);
}

/** Rows of a logistic regression. */
export interface LogisticData {
  readonly labels: Float64Array;
  readonly logits: Float64Array;
  readonly weights: Float64Array | null;
}

/** The maximum of the likelihood by Newton's method from a slope; null where it is not found. */
function maximumFrom(start: number, data: LogisticData): Fit | null {
  let [intercept, slope] = [0, start];
  for (let round = 0; round < ROUNDS; round++) {
    const step = newtonStep(data, intercept, slope);
    if (step === null) return null;
    const size = Math.abs(step.slope) + Math.abs(step.intercept);
    if (size > FARTHEST_STEP) return null;
    intercept += step.intercept;
    slope += step.slope;
    if (size <= 1e-12 * (1 + Math.abs(slope))) return { intercept, slope, inverse: step.inverse };
  }
  return null;
}

function influencesOf({ intercept, slope, inverse }: Fit, { labels, logits, weights }: LogisticData): Float64Array {
  const parts = new Float64Array(labels.length);
  for (let i = 0; i < parts.length; i++) {
    const x = logits[i] ?? 0;
    const residual = (labels[i] ?? 0) - 1 / (1 + Math.exp(-intercept - slope * x));
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    parts[i] = labels.length * weight * residual * (inverse[0] + inverse[1] * x);
  }
  return parts;
}

/** A logistic regression. */
export interface Fit {
  readonly intercept: number;
  readonly slope: number;
  /** The row of the inverse information that belongs to the slope. */
  readonly inverse: readonly [number, number];
}

function newtonStep({ labels, logits, weights }: LogisticData, intercept: number, slope: number): Fit | null {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    const x = logits[i] ?? 0;
    const p = 1 / (1 + Math.exp(-intercept - slope * x));
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    const residual = weight * ((labels[i] ?? 0) - p);
    const information = weight * p * (1 - p);
    g0 += residual;
    g1 += residual * x;
    h00 += information;
    h01 += information * x;
    h11 += information * x * x;
  }
  const determinant = h00 * h11 - h01 * h01;
  if (!(determinant > 1e-12 * h00 * h11)) return null;
  const inverse = [-h01 / determinant, h00 / determinant] as const;
  return { intercept: (h11 * g0 - h01 * g1) / determinant, slope: inverse[0] * g0 + inverse[1] * g1, inverse };
}
