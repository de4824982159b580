import { reachOf } from '../inference/interval.ts';
import type { Reach } from '../inference/proportion.ts';
import type { Uncertainty } from '../inference/uncertainty.ts';
import type { MetricEstimate } from '../metrics/metric.ts';
import { normalQuantile } from '../statistics/normal.ts';

/** A rate of one group, with its known error. */
export interface GroupEstimate {
  readonly value: number;
  /** Distances from the value to the ends of its two-sided interval of a level. */
  readonly reach: (level: number) => Reach;
  /** Parts of the error by cluster of all rows, which other groups share; undefined where rows are independent. */
  readonly clusterParts: Float64Array | undefined;
}

/** A rate with the interval of its uncertainty, which is computed once for each level. */
export function groupEstimate(
  value: number,
  uncertainty: Uncertainty & { readonly kind: 'estimated' },
  clusterParts: Float64Array | undefined,
): GroupEstimate {
  const known = new Map<number, Reach>();
  const reach = (level: number) => {
    const found = known.get(level) ?? reachOf(uncertainty, level);
    known.set(level, found);
    return found;
  };
  return { value, reach, clusterParts };
}

/**
 * Parts of the error of a group's rate by cluster of all rows: the sum of the influences of its rows, over their number.
 *
 * @param clusters Cluster of each row of the group, in the numbering of all rows.
 * @param count Clusters of all rows.
 */
export function clusterPartsOf(estimate: MetricEstimate, clusters: Uint32Array, count: number): Float64Array {
  const influence = estimate.influence();
  const parts = new Float64Array(count);
  for (let i = 0; i < influence.length; i++) {
    const id = clusters[i] ?? 0;
    parts[id] = (parts[id] ?? 0) + (influence[i] ?? 0) / influence.length;
  }
  return parts;
}

/** Two groups without a common row. */
export interface GroupPair {
  readonly first: GroupEstimate;
  readonly second: GroupEstimate;
  /** Of the errors of both, by the clusters that they share; 0 where rows are independent. */
  readonly covariance: number;
  readonly correlation: number;
}

/** Two groups with what their errors have in common. */
export function pairOf(first: GroupEstimate, second: GroupEstimate): GroupPair {
  const [one, other] = [first.clusterParts, second.clusterParts];
  if (one === undefined || other === undefined) return { first, second, covariance: 0, correlation: 0 };
  const both = dot(one, other);
  const scale = Math.sqrt(dot(one, one) * dot(other, other));
  const covariance = (both * one.length) / Math.max(1, one.length - 1);
  return { first, second, covariance, correlation: scale === 0 ? 0 : both / scale };
}

/** The pair in the other order. */
export function swapped({ first, second, ...common }: GroupPair): GroupPair {
  return { first: second, second: first, ...common };
}

/** Chosen: clusters that show more correlation than this are too few to tell it from 1, which would leave no error at all. */
const MOST_CORRELATION = 0.9;

/**
 * Distances from `first - weight * second` to the ends of its interval, from the interval of each (MOVER: G. Zou and A. Donner,
 * Stat. Med. 27, 2008; of two Wilson intervals R. Newcombe's method 10, Stat. Med. 17, 1998). A covariance of clusters that both
 * groups have rows of counts as it is where it makes the interval wider. Where it makes it narrower it counts with the normal
 * quantile, which is not more than those of the two intervals.
 */
export function contrastReach(
  { first, second, covariance, correlation }: GroupPair,
  weight: number,
  level: number,
): Reach {
  const [one, other] = [first.reach(level), second.reach(level)];
  const z = normalQuantile((1 + level) / 2);
  const join = (a: number, b: number) => {
    const most = a * b;
    const shared = covariance < 0 ? correlation * most : Math.min(z * z * covariance * weight, MOST_CORRELATION * most);
    return Math.sqrt(a * a + b * b - 2 * shared);
  };
  return { below: join(one.below, weight * other.above), above: join(one.above, weight * other.below) };
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] ?? 0) * (right[i] ?? 0);
  return sum;
}
