import { kolmogorovUpperTail } from '../../statistics/kolmogorov.ts';
import { kolmogorovExactUpperTail } from '../../statistics/kolmogorov-exact.ts';
import { type Distribution, distributionOf } from '../distribution.ts';
import { DIFFERENT_TYPES, type DriftTest, type TwoSampleTest } from './drift-test.ts';

/** Kolmogorov-Smirnov for numbers: sensitive to shifts of any kind, most in the middle. */
export const kolmogorovSmirnov: DriftTest = {
  name: 'ks',
  label: 'Kolmogorov-Smirnov',
  test: 'ks_2samp',
  columns: 'numeric',
  compare: (reference, current) => {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') return DIFFERENT_TYPES;
    return kolmogorovSmirnovTest(distributionOf(reference), distributionOf(current));
  },
};

/**
 * Largest difference of two distribution functions.
 *
 * @returns In [0, 1]; off by at most the sum of the two sketches' errors.
 */
export function largestDifference(reference: Distribution, current: Distribution): number {
  let largest = 0;
  for (const x of [...reference.points, ...current.points]) {
    largest = Math.max(largest, Math.abs(reference.at(x) - current.at(x)));
  }
  return largest;
}

/** Up to here SciPy counts paths; above, it takes the limit law. */
const MOST_EXACT = 10_000;

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided: exact for up to 10,000 values on either side, where both profiles hold
 * them all. The p-value of sketches is that of the statistic less what they may be off: never smaller than that of the
 * full data.
 *
 * @param reference Of at least one value.
 * @param current Of at least one value.
 *
 * Equivalent for complete sketches: `scipy.stats.ks_2samp(reference, current)`.
 */
export function kolmogorovSmirnovTest(reference: Distribution, current: Distribution): TwoSampleTest {
  const statistic = largestDifference(reference, current);
  const error = reference.error + current.error;
  const sizes = [reference.count, current.count] as const;
  if (error === 0 && Math.max(...sizes) <= MOST_EXACT) {
    return { statistic, pValue: kolmogorovExactUpperTail(statistic, sizes) };
  }
  const n = roundHalfEven((reference.count * current.count) / (reference.count + current.count));
  return { statistic, pValue: kolmogorovUpperTail(Math.max(0, statistic - error), Math.max(1, n)) };
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
