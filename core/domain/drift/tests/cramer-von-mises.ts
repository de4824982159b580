import { cramerVonMisesUpperTail } from '../../statistics/cramer-von-mises.ts';
import { isComplete, type MergedSteps, mergeSteps } from '../merged-steps.ts';
import { DIFFERENT_TYPES, type DriftTest, type TwoSampleTest } from './drift-test.ts';

/** Cramér-von Mises for numbers: adds up the squared differences of the distribution functions. */
export const cramerVonMises: DriftTest = {
  name: 'cramer-von-mises',
  label: 'Cramér-von Mises',
  test: 'cramervonmises_2samp',
  columns: 'numeric',
  isByRanks: true,
  compare: (reference, current) => {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') return DIFFERENT_TYPES;
    return cramerVonMisesTest(mergeSteps(reference, current));
  },
};

/**
 * Two-sample Cramér-von Mises test by its limit law. Of sketches the differences are reduced by what they may be off, so
 * that the p-value is never smaller than that of the full data.
 *
 * Equivalent for complete samples: `scipy.stats.cramervonmises_2samp(x, y, method="asymptotic")`.
 */
export function cramerVonMisesTest(steps: MergedSteps): TwoSampleTest {
  const { referenceRows: n, currentRows: m } = steps;
  const [product, all] = [n * m, n + m];
  const sum = isComplete(steps) ? ofRanks(steps) : ofFunctions(steps);
  const statistic = sum / (product * all) - (4 * product - 1) / (6 * all);
  const expected = (1 + 1 / all) / 6;
  const spread = (all + 1) * (4 * product * all - 3 * (n * n + m * m) - 2 * product);
  const variance = spread / (45 * all * all * 4 * product);
  const standard = 1 / 6 + (statistic - expected) / Math.sqrt(45 * variance);
  return { statistic, pValue: standard < 0.003 ? 1 : cramerVonMisesUpperTail(standard) };
}

/** n times the squares of ranks of the first sample less their places, and m times those of the second. */
function ofRanks({ reference, current, referenceRows: n, currentRows: m }: MergedSteps): number {
  let [left, right, sum] = [0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    const [a, b] = [reference[at] ?? 0, current[at] ?? 0];
    const rank = left + right + (a + b + 1) / 2;
    // Within equal values places differ, and ranks do not.
    sum += n * (a * (rank - left - (a + 1) / 2) ** 2 + (a ** 3 - a) / 12);
    sum += m * (b * (rank - right - (b + 1) / 2) ** 2 + (b ** 3 - b) / 12);
    left += a;
    right += b;
  }
  return sum;
}

/** The same sum from the integral of the squared difference, which is what it is without ties. */
function ofFunctions(steps: MergedSteps): number {
  const { reference, current, referenceRows: n, currentRows: m, error } = steps;
  let [left, right, integral] = [0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    left += reference[at] ?? 0;
    right += current[at] ?? 0;
    const difference = Math.max(0, Math.abs(left / n - right / m) - error);
    integral += difference * difference * ((reference[at] ?? 0) + (current[at] ?? 0));
  }
  const [product, all] = [n * m, n + m];
  const statistic = (product / (all * all)) * integral;
  return (statistic + (4 * product - 1) / (6 * all)) * product * all;
}
