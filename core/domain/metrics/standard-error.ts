import type { MetricEstimate } from './metric.ts';

/** Which rows are not independent of each other. */
export type Sampling =
  | { readonly kind: 'rows' }
  | {
      readonly kind: 'clusters';
      /** Cluster of each row: 0 up to `count` - 1, each at least once. */
      readonly ids: Uint32Array;
      readonly count: number;
    };

/** How far a value may be from the truth. */
export interface StandardError {
  /** >= 0, in the unit of the value. */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** Independent units: clusters, or rows. */
  readonly units: number;
  readonly method: string;
}

const BY_CLUSTER = 'influence function summed by cluster, t';
const BY_ROW = 'influence function by row, t';
const BY_ROW_AND_CLASS = 'DeLong, t';

/**
 * The standard error of a value from its rows' influences.
 *
 * By clusters: G / (G - 1) times the sum of squared cluster sums, G - 1 degrees of freedom (K.-Y. Liang and S. Zeger,
 * Biometrika 73, 1986): to first order the delete-one-cluster jackknife. By rows: the variance of the influences,
 * for ROC AUC within each class, which is DeLong's.
 *
 * @param estimate A value, or a contrast of two on the same rows.
 * @param labels Of the same rows; 0 or 1 where the estimate is by class.
 */
export function standardErrorOf(estimate: MetricEstimate, sampling: Sampling, labels: Float64Array): StandardError {
  const rows = estimate.influence.length;
  if (sampling.kind === 'clusters') {
    const { count } = sampling;
    const variance = (clusterSumOfSquares(estimate.influence, sampling) * count) / (count - 1) / rows ** 2;
    return { standardError: Math.sqrt(variance), degreesOfFreedom: count - 1, units: count, method: BY_CLUSTER };
  }
  const variance = estimate.byClass ? byClass(estimate.influence, labels) : byRow(estimate.influence);
  const method = estimate.byClass ? BY_ROW_AND_CLASS : BY_ROW;
  return { standardError: Math.sqrt(variance), degreesOfFreedom: rows - 1, units: rows, method };
}

function clusterSumOfSquares(influence: Float64Array, { ids, count }: Sampling & { kind: 'clusters' }): number {
  const sums = new Float64Array(count);
  for (let i = 0; i < influence.length; i++) {
    const id = ids[i] ?? 0;
    sums[id] = (sums[id] ?? 0) + (influence[i] ?? 0);
  }
  return sums.reduce((total, sum) => total + sum * sum, 0);
}

function byRow(influence: Float64Array): number {
  const rows = influence.length;
  return influence.reduce((total, part) => total + part * part, 0) / (rows * (rows - 1));
}

function byClass(influence: Float64Array, labels: Float64Array): number {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const negatives = labels.length - positives;
  let squares = 0;
  for (let i = 0; i < influence.length; i++) {
    const inClass = labels[i] === 1 ? positives : negatives;
    squares += ((influence[i] ?? 0) ** 2 * inClass) / (inClass - 1);
  }
  return squares / influence.length ** 2;
}
