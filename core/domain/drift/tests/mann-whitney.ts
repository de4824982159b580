import { chiSquareUpperTail } from '../../statistics/chi-square.ts';
import { isComplete, type MergedSteps, mergeSteps } from '../merged-steps.ts';
import { DIFFERENT_TYPES, type DriftTest, type TwoSampleTest } from './drift-test.ts';

/** Mann-Whitney for numbers: sensitive to one sample being larger than the other, blind to a change of spread. */
export const mannWhitney: DriftTest = {
  name: 'mann-whitney',
  label: 'Mann-Whitney',
  test: 'mannwhitneyu',
  columns: 'numeric',
  isByRanks: true,
  compare: (reference, current) => {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') return DIFFERENT_TYPES;
    return mannWhitneyTest(mergeSteps(reference, current));
  },
};

/**
 * Two-sided Mann-Whitney U test, with the correction for ties and for continuity. Of sketches the share of pairs is
 * reduced by what it may be off.
 *
 * @returns U of the reference.
 *
 * Equivalent for complete samples: `scipy.stats.mannwhitneyu(x, y, method="asymptotic")`.
 */
export function mannWhitneyTest(steps: MergedSteps): TwoSampleTest {
  const { reference, current, referenceRows: n, currentRows: m, error } = steps;
  let [below, ranks, ties] = [0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    const [a, b] = [reference[at] ?? 0, current[at] ?? 0];
    const tied = a + b;
    ranks += a * (below + (tied + 1) / 2);
    // The rows of a sketch's point need not be equal.
    if (isComplete(steps)) ties += tied ** 3 - tied;
    below += tied;
  }
  const all = n + m;
  const statistic = ranks - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  const distance = Math.abs(statistic - (n * m) / 2) - error * n * m - 0.5;
  if (variance <= 0) return { statistic, pValue: 1 };
  const z = distance / Math.sqrt(variance);
  return { statistic, pValue: z <= 0 ? 1 : chiSquareUpperTail(z * z, 1) };
}
