import { chiSquareUpperTail } from '../statistics/chi-square.ts';
import type { PairedCounts } from './category-counts.ts';
import type { TwoSampleTest } from './tests/drift-test.ts';

/**
 * Chi-square test that two samples have the same proportions, as a 2 x K contingency table: both samples vary, so the
 * sizes may differ. With two categories Yates' correction applies.
 *
 * @param counts Each sample with at least one row. Categories without any row do not count.
 * @returns Statistic 0 and p-value 1 for a single category.
 *
 * Equivalent: `scipy.stats.chi2_contingency(table)`.
 */
export function chiSquareTest({ reference, current }: PairedCounts): TwoSampleTest {
  const columns = reference.map((count, index) => [count, current[index] ?? 0] as const).filter(([a, b]) => a + b > 0);
  const degreesOfFreedom = columns.length - 1;
  if (degreesOfFreedom < 1) return { statistic: 0, pValue: 1 };
  const totals = [0, 1].map((row) => columns.reduce((sum, column) => sum + (column[row] ?? 0), 0));
  const all = (totals[0] ?? 0) + (totals[1] ?? 0);
  let statistic = 0;
  for (const column of columns) {
    for (const [row, observed] of column.entries()) {
      const expected = ((totals[row] ?? 0) * (column[0] + column[1])) / all;
      const difference = Math.abs(observed - expected);
      const corrected = degreesOfFreedom === 1 ? difference - Math.min(0.5, difference) : difference;
      statistic += corrected ** 2 / expected;
    }
  }
  return { statistic, pValue: chiSquareUpperTail(statistic, degreesOfFreedom) };
}
