import { type MergedSteps, mergeSteps } from '../merged-steps.ts';
import { DIFFERENT_TYPES, type DriftTest, type TwoSampleTest } from './drift-test.ts';

/** Anderson-Darling for numbers: as Cramér-von Mises, with more weight on both tails. */
export const andersonDarling: DriftTest = {
  name: 'anderson-darling',
  label: 'Anderson-Darling',
  test: 'anderson_ksamp',
  columns: 'numeric',
  isByRanks: true,
  leastPValue: 0.001,
  compare: (reference, current) => {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') return DIFFERENT_TYPES;
    return andersonDarlingTest(mergeSteps(reference, current));
  },
};

/** Significance levels of the table, and the coefficients of its critical values for one degree of freedom. */
const LEVELS = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
const CRITICAL = [
  [0.675, -0.245, -0.105],
  [1.281, 0.25, -0.305],
  [1.645, 0.678, -0.362],
  [1.96, 1.149, -0.391],
  [2.326, 1.822, -0.396],
  [2.573, 2.364, -0.345],
  [3.085, 3.615, -0.154],
].map((coefficients) => coefficients.reduce((sum, one) => sum + one, 0));

/**
 * Two-sample Anderson-Darling test with midranks. Of sketches the differences are reduced by what they may be off.
 *
 * @returns The p-value is between 0.001 and 0.25, which is as far as the table goes: over many columns no p-value of 0.001
 *   can be significant.
 *
 * Source: F. W. Scholz and M. A. Stephens, J. Amer. Statist. Assoc. 82, 1987.
 * Equivalent for complete samples: `scipy.stats.anderson_ksamp([x, y])`.
 */
export function andersonDarlingTest(steps: MergedSteps): TwoSampleTest {
  const { values, referenceRows: n, currentRows: m } = steps;
  if (values.length < 2) return { statistic: 0, pValue: LEVELS[0] ?? 1 };
  const all = n + m;
  const sum = (weighted(steps) * (all - 1)) / all;
  const statistic = (sum - 1) / Math.sqrt(varianceOf(n, m));
  return { statistic, pValue: pValueOf(statistic) };
}

function weighted({ reference, current, referenceRows: n, currentRows: m, error }: MergedSteps): number {
  const all = n + m;
  let [left, right, sum] = [0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    const [a, b] = [reference[at] ?? 0, current[at] ?? 0];
    const tied = a + b;
    const below = left + right + tied / 2;
    const spread = below * (all - below) - (all * tied) / 4;
    const difference = m * (left + a / 2) - n * (right + b / 2);
    const certain = Math.max(0, Math.abs(difference) - error * n * m);
    if (spread > 0) sum += ((tied / all) * certain * certain * (1 / n + 1 / m)) / spread;
    left += a;
    right += b;
  }
  return sum;
}

/** Variance of the statistic of two samples. */
function varianceOf(n: number, m: number): number {
  const all = n + m;
  const inverse = 1 / n + 1 / m;
  const { h, g } = sumsOf(all);
  const a = 4 * g - 6 + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * 4 - 8 * h;
  return (a * all ** 3 + b * all ** 2 + c * all + d) / ((all - 1) * (all - 2) * (all - 3));
}

/** Chosen: from here on sums differ from their limits by less than rounding of the statistic. */
const MANY = 2_000_000;

/** The sum of 1 / i below a number, and the double sum over i < j of 1 / ((all - i) j). */
function sumsOf(all: number): { readonly h: number; readonly g: number } {
  if (all > MANY) return { h: Math.log(all - 1) + 0.5772156649015329 + 1 / (2 * (all - 1)), g: Math.PI ** 2 / 6 };
  let [h, g] = [0, 0];
  for (let i = 2; i < all; i++) {
    h += 1 / (all - i + 1);
    g += h / i;
  }
  return { h: h + 1, g };
}

/** A quadratic in the critical value through the logarithms of the levels. */
function pValueOf(statistic: number): number {
  const [first = 0, last = 0] = [CRITICAL[0], CRITICAL.at(-1)];
  if (statistic < first) return LEVELS[0] ?? 1;
  if (statistic > last) return LEVELS.at(-1) ?? 0;
  const [a, b, c] = quadraticFit(CRITICAL, LEVELS.map(Math.log));
  return Math.exp(a + b * statistic + c * statistic * statistic);
}

/** Least squares of a + b x + c x², by the normal equations about the mean. */
function quadraticFit(x: readonly number[], y: readonly number[]): readonly [number, number, number] {
  const mean = x.reduce((sum, one) => sum + one, 0) / x.length;
  const power = (k: number, of: readonly number[] = []) =>
    x.reduce((sum, one, i) => sum + (one - mean) ** k * (of[i] ?? 1), 0);
  const [s0, s1, s2, s3, s4] = [0, 1, 2, 3, 4].map((k) => power(k)) as [number, number, number, number, number];
  const [t0, t1, t2] = [0, 1, 2].map((k) => power(k, y)) as [number, number, number];
  const determinant = s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3) + s2 * (s1 * s3 - s2 * s2);
  const a = (t0 * (s2 * s4 - s3 * s3) - s1 * (t1 * s4 - t2 * s3) + s2 * (t1 * s3 - t2 * s2)) / determinant;
  const b = (s0 * (t1 * s4 - t2 * s3) - t0 * (s1 * s4 - s2 * s3) + s2 * (s1 * t2 - s2 * t1)) / determinant;
  const c = (s0 * (s2 * t2 - s3 * t1) - s1 * (s1 * t2 - s2 * t1) + t0 * (s1 * s3 - s2 * s2)) / determinant;
  return [a - b * mean + c * mean * mean, b - 2 * c * mean, c];
}
