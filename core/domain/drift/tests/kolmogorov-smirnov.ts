import { kolmogorovUpperTail } from '../../statistics/kolmogorov.ts';
import { type Distribution, distributionOf } from '../distribution.ts';
import { DIFFERENT_TYPES, type DriftTest, type TwoSampleTest } from './drift-test.ts';

/** Kolmogorov-Smirnov for numbers. The effect is the statistic itself: the largest difference of the two shares. */
export const kolmogorovSmirnov: DriftTest = {
  name: 'ks',
  label: 'KS',
  test: 'ks_2samp',
  columns: 'numeric',
  // Chosen: a tenth of the rows is on the other side of some value.
  defaultFloor: 0.1,
  compare: (reference, current) => {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') return DIFFERENT_TYPES;
    const test = kolmogorovSmirnovTest(distributionOf(reference), distributionOf(current));
    return { ...test, effect: test.statistic, note: '' };
  },
  pastEffect: (reference, window) => {
    if (reference.kind !== 'numeric' || window.kind !== 'numeric') return undefined;
    return largestDifference(distributionOf(reference), distributionOf(window));
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

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided. The p-value is that of the statistic less what the sketches may be off:
 * never smaller than that of the full data.
 *
 * @param reference Of at least one value.
 * @param current Of at least one value.
 *
 * Equivalent for complete sketches: `scipy.stats.ks_2samp(reference, current, method="asymp")`.
 */
export function kolmogorovSmirnovTest(reference: Distribution, current: Distribution): TwoSampleTest {
  const statistic = largestDifference(reference, current);
  const shown = Math.max(0, statistic - reference.error - current.error);
  const n = roundHalfEven((reference.count * current.count) / (reference.count + current.count));
  return { statistic, pValue: kolmogorovUpperTail(shown, Math.max(1, n)) };
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
