import type { MetricEstimate } from '../metrics/metric.ts';
import type { Population, Sampling } from './population.ts';

/** Error bound of a value. */
export interface StandardError {
  /** >= 0, in the unit of the value. */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** Independent units: clusters, or rows. */
  readonly units: number;
  readonly method: string;
  /** Ratio of the variance to that of independent rows; 1 for rows. */
  readonly designEffect: number;
  /**
   * Skewness of the parts that the error is made of, over the root of their number: in [-1, 1], 0 for symmetric ones. Of
   * clusters that of their sums or of the rows, whichever is larger.
   */
  readonly skewness: number;
  /** The same of the rows alone. */
  readonly rowSkewness: number;
  /**
   * As many equal rows would make such an error: (sum of x²)² / sum of x⁴, the effective sample size by which L. Kish
   * (Survey Sampling, 1965) counts weights. null where the rows of a class say how much the value rests on.
   */
  readonly effectiveRows: number | null;
  /** The same number, whatever the value rests on. */
  readonly errorRows: number;
}

const BY_CLUSTER = 'influence function, cluster-robust (CR2, t)';
const BY_ROW = 'influence function (t)';
const WEIGHTED = 'influence function, weighted (sandwich, t)';
const BY_ROW_AND_CLASS = 'DeLong (t)';

/**
 * The standard error of a value from its rows' influences.
 *
 * By clusters: each cluster's sum of influences, divided by the root of what the mean leaves of it (CR2: R. Bell and
 * D. McCaffrey, Survey Methodology 28, 2002, for a mean), with their Satterthwaite degrees of freedom; for equal clusters
 * G / (G - 1) and G - 1. By rows: the variance of the influences, for ROC AUC within each class, which is DeLong's.
 *
 * A value that rests on few rows of a kind has no more degrees of freedom than those give, and their correction of the
 * variance. One that rests on no class has no more than the fourth moment of its parts says of their variance: with an
 * excess of it, twice the number of rows over their kurtosis less one (F. Satterthwaite, Biometrics Bulletin 2, 1946; for
 * normal parts that is the number of rows); of rows, and of clusters' sums.
 *
 * @param estimate A value, or a contrast of two on the same rows.
 */
export function standardErrorOf(
  { influence: compute, byClass, support }: Pick<MetricEstimate, 'influence' | 'byClass' | 'support'>,
  { sampling, labels, weights, shares: given, rows: knownRows }: Population,
): StandardError {
  const influence = compute();
  const rows = influence.length;
  const few = support?.rows ?? rows;
  const moments = momentsOf(influence);
  const rowVariance = byClass ? varianceByClass(influence, labels) : moments.squares / (rows * (rows - 1));
  const rowSkewness = skewnessOf(moments);
  const errorRows = effectiveNumber(moments, rows);
  const effectiveRows = support === undefined ? errorRows : null;
  const known = { rowSkewness, effectiveRows, errorRows };
  const atMost = Math.min(few - 1, effectiveRows === null ? few : freedomOf(effectiveRows, rows));
  if (sampling.kind === 'clusters') {
    const shares = given ?? clusterShares(sampling, weights);
    const sums = clusterSums(influence, sampling);
    const variance = clusterVariance(sums, shares, rows);
    const ofSums = momentsOf(sums);
    const skewness = skewnessOf(ofSums);
    const bySums = support === undefined ? freedomOf(effectiveNumber(ofSums, sums.length), sums.length) : rows;
    return {
      ...known,
      standardError: Math.sqrt(variance),
      degreesOfFreedom: Math.max(1, Math.min(degreesOfFreedom(shares), atMost, bySums)),
      units: sampling.count,
      method: sampling.method ?? BY_CLUSTER,
      // Parts of summed rows say nothing of single rows.
      designEffect: rowVariance === 0 || knownRows !== undefined ? 1 : variance / rowVariance,
      skewness: Math.abs(skewness) > Math.abs(rowSkewness) ? skewness : rowSkewness,
    };
  }
  const method = byClass ? BY_ROW_AND_CLASS : weights === null ? BY_ROW : WEIGHTED;
  return {
    ...known,
    standardError: Math.sqrt(byClass ? rowVariance : (rowVariance * few) / Math.max(1, few - 1)),
    degreesOfFreedom: Math.max(1, atMost),
    units: rows,
    method,
    designEffect: 1,
    skewness: rowSkewness,
  };
}

/** The part of all weight that each cluster has. */
export function clusterShares(
  { ids, count }: Sampling & { kind: 'clusters' },
  weights: Float64Array | null,
): Float64Array {
  const shares = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < ids.length; i++) {
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    shares[ids[i] ?? 0] = (shares[ids[i] ?? 0] ?? 0) + weight;
    total += weight;
  }
  for (let g = 0; g < count; g++) shares[g] = (shares[g] ?? 0) / total;
  return shares;
}

function clusterVariance(sums: Float64Array, shares: Float64Array, rows: number): number {
  let squares = 0;
  for (let g = 0; g < sums.length; g++) squares += (sums[g] ?? 0) ** 2 / (1 - (shares[g] ?? 0));
  return squares / rows ** 2;
}

function clusterSums(influence: Float64Array, { ids, count }: Sampling & { kind: 'clusters' }): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < influence.length; i++) {
    const id = ids[i] ?? 0;
    sums[id] = (sums[id] ?? 0) + (influence[i] ?? 0);
  }
  return sums;
}

/** Sums of powers of parts whose mean is 0. */
interface Moments {
  readonly squares: number;
  readonly cubes: number;
  readonly fourths: number;
}

function momentsOf(parts: Float64Array): Moments {
  let [squares, cubes, fourths] = [0, 0, 0];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? 0;
    const square = part * part;
    squares += square;
    cubes += square * part;
    fourths += square * square;
  }
  return { squares, cubes, fourths };
}

function skewnessOf({ squares, cubes }: Moments): number {
  return squares === 0 ? 0 : cubes / squares ** 1.5;
}

/** Parts whose fourth powers are too small for a number show no variation: all rows count. */
function effectiveNumber({ squares, fourths }: Moments, rows: number): number {
  return fourths === 0 ? rows : squares ** 2 / fourths;
}

/** Without an excess, be it by rounding, there is no limit. */
function freedomOf(effectiveRows: number, rows: number): number {
  return 2 / Math.max(0, 1 / effectiveRows - 1 / rows);
}

/**
 * Satterthwaite's degrees of freedom of CR2 for a mean, with cluster sums whose variance grows with the square of their
 * share: rows of one cluster that move together, which is what clusters are declared for, and the smaller number.
 */
function degreesOfFreedom(shares: Float64Array): number {
  const S = shares.reduce((sum, h) => sum + h * h, 0);
  let [trace, diagonal, a, b, c] = [0, 0, 0, 0, 0];
  for (const h of shares) {
    // Var(s_g) = h_g² gives Cov(s_g - h_g S, s_h - h_h S) = [g = h] h_g² + h_g h_h (S - h_g - h_h), over the two roots.
    const own = (h * h * (1 - 2 * h + S)) / (1 - h);
    const expanded = (h * h * (S - 2 * h)) / (1 - h);
    trace += own;
    diagonal += own * own - expanded * expanded;
    a += (h * h) / (1 - h);
    b += h ** 3 / (1 - h);
    c += h ** 4 / (1 - h);
  }
  const all = S * S * a * a + 2 * a * c - 4 * S * a * b + 2 * b * b;
  return Math.max(1, (trace * trace) / (diagonal + all));
}

function varianceByClass(influence: Float64Array, labels: Float64Array): number {
  let positives = 0;
  for (let i = 0; i < labels.length; i++) positives += labels[i] ?? 0;
  const negatives = labels.length - positives;
  let [ofPositives, ofNegatives] = [0, 0];
  for (let i = 0; i < influence.length; i++) {
    const square = (influence[i] ?? 0) ** 2;
    if (labels[i] === 1) ofPositives += square;
    else ofNegatives += square;
  }
  const squares = (ofPositives * positives) / (positives - 1) + (ofNegatives * negatives) / (negatives - 1);
  return squares / influence.length ** 2;
}
