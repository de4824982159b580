import type { NumericProfile } from './profile-column.ts';

/** Two samples over their distinct values, in ascending order. */
export interface MergedSteps {
  readonly values: Float64Array;
  /** Rows of each value: of a sketch the rows about its point. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
  /** Rows with a value. */
  readonly referenceRows: number;
  readonly currentRows: number;
  /** Most that the difference of the two distribution functions may be off; 0 where both hold every value. */
  readonly error: number;
}

/** Lines up two samples, each with at least one value. */
export function mergeSteps(reference: NumericProfile, current: NumericProfile): MergedSteps {
  const [left, right] = [stepsOf(reference), stepsOf(current)];
  const values = distinctOf(reference.quantiles, current.quantiles);
  const counts = ({ quantiles }: NumericProfile, weight: number): Float64Array => {
    const found = new Float64Array(values.length);
    let at = 0;
    for (const value of quantiles) {
      while ((values[at] ?? Number.POSITIVE_INFINITY) < value) at++;
      found[at] = (found[at] ?? 0) + weight;
    }
    return found;
  };
  return {
    values,
    reference: counts(reference, left.weight),
    current: counts(current, right.weight),
    referenceRows: left.rows,
    currentRows: right.rows,
    error: left.error + right.error,
  };
}

/** True if both samples hold every value, so that ranks are those of the rows. */
export function isComplete({ error }: MergedSteps): boolean {
  return error === 0;
}

function stepsOf({ rows, missing, quantiles }: NumericProfile): {
  readonly rows: number;
  readonly weight: number;
  readonly error: number;
} {
  const count = rows - missing;
  const points = quantiles.length;
  // A point has the rows about its rank: half a step on either side, and the ends half of one.
  return { rows: count, weight: count / points, error: points === count ? 0 : 1 / (points - 1) };
}

/** The distinct values of two ascending lists, ascending. */
function distinctOf(left: readonly number[], right: readonly number[]): Float64Array {
  const found = new Float64Array(left.length + right.length);
  let [count, l, r] = [0, 0, 0];
  while (l < left.length || r < right.length) {
    const [a, b] = [left[l] ?? Number.POSITIVE_INFINITY, right[r] ?? Number.POSITIVE_INFINITY];
    const least = Math.min(a, b);
    while (l < left.length && (left[l] ?? least) <= least) l++;
    while (r < right.length && (right[r] ?? least) <= least) r++;
    found[count] = least;
    count++;
  }
  return found.slice(0, count);
}
