import { chiSquareUpperTail } from '../statistics/chi-square.ts';
import type { PairedCounts } from './category-counts.ts';
import { fisherExactTest, permutationTest } from './permuted-tables.ts';
import type { TwoSampleTest } from './tests/drift-test.ts';

/** Categories with rows in either sample, as counts of both. */
type Table = readonly (readonly [number, number])[];
type Statistic = 'pearson' | 'log-likelihood';

/** W. G. Cochran, Biometrics 10, 1954: the limit law holds where no more than a fifth of the expected counts is below 5, and none below 1. */
const FEW = 5;
const MOST_FEW = 0.2;

/**
 * Test that two samples have the same proportions, as a 2 x K contingency table: both samples vary, so the sizes may
 * differ. With two categories Yates' correction applies. Where too many expected counts are small, the p-value is the
 * share of tables with the same totals whose statistic is as large: of all of them for two categories (Fisher's exact
 * test), else of 20,000 drawn with a fixed seed.
 *
 * @param counts Each sample with at least one row. Categories without any row do not count.
 * @returns Statistic 0 and p-value 1 for a single category.
 *
 * Equivalent where counts are large: `scipy.stats.chi2_contingency(table, lambda_=statistic)`.
 */
export function chiSquareTest({ reference, current }: PairedCounts, kind: Statistic = 'pearson'): TwoSampleTest {
  const table = reference.map((count, index) => [count, current[index] ?? 0] as const).filter(([a, b]) => a + b > 0);
  const degreesOfFreedom = table.length - 1;
  if (degreesOfFreedom < 1) return { statistic: 0, pValue: 1 };
  const statistic = statisticOf(table, kind, degreesOfFreedom === 1)(firstOf(table));
  if (!isSmall(table)) return { statistic, pValue: chiSquareUpperTail(statistic, degreesOfFreedom) };
  const [first, second] = table;
  const isPair = table.length === 2 && first !== undefined && second !== undefined;
  const pValue = isPair ? fisherExactTest([first, second]) : permutationTest(table, statisticOf(table, kind, false));
  return { statistic, pValue };
}

function totalsOf(table: Table): readonly [number, number] {
  return [table.reduce((sum, [a]) => sum + a, 0), table.reduce((sum, [, b]) => sum + b, 0)];
}

function isSmall(table: Table): boolean {
  const [n, m] = totalsOf(table);
  const share = Math.min(n, m) / (n + m);
  const expected = table.map(([a, b]) => (a + b) * share);
  const few = table.flatMap(([a, b]) => [((a + b) * n) / (n + m), ((a + b) * m) / (n + m)]).filter((one) => one < FEW);
  return expected.some((one) => one < 1) || few.length > MOST_FEW * 2 * table.length;
}

function firstOf(table: Table): Float64Array {
  return Float64Array.from(table, ([a]) => a);
}

/** The statistic of tables with the totals of one, by the counts of their first sample: it is asked for thousands of them. */
function statisticOf(table: Table, kind: Statistic, isCorrected: boolean): (first: Float64Array) => number {
  const [n, m] = totalsOf(table);
  const columns = Float64Array.from(table, ([a, b]) => a + b);
  const [ofFirst, ofSecond] = [n, m].map((total) => columns.map((count) => (total * count) / (n + m)));
  const part = (observed: number, expected: number) => {
    const difference = observed - expected;
    const corrected = isCorrected
      ? difference - Math.sign(difference) * Math.min(0.5, Math.abs(difference))
      : difference;
    return kind === 'pearson' ? corrected ** 2 / expected : likelihood(expected + corrected, expected);
  };
  return (first) => {
    let statistic = 0;
    for (let at = 0; at < columns.length; at++) {
      const count = first[at] ?? 0;
      statistic += part(count, ofFirst?.[at] ?? 0);
      statistic += part((columns[at] ?? 0) - count, ofSecond?.[at] ?? 0);
    }
    return Math.max(0, statistic);
  };
}

function likelihood(observed: number, expected: number): number {
  return observed === 0 ? 0 : 2 * observed * Math.log(observed / expected);
}
