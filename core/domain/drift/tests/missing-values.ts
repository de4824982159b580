import { formatPercent } from '../../text/format-number.ts';
import { chiSquareTest } from '../chi-square-test.ts';
import type { ColumnProfile } from '../profile-column.ts';
import type { DriftTest } from './drift-test.ts';

/**
 * Chi-square, with Yates' correction, of the rows with and without a value. The effect is the difference of the shares of
 * missing values, 0 to 1.
 */
export const missingValues: DriftTest = {
  name: 'missing',
  label: 'missing',
  test: 'chi2_contingency',
  columns: 'any',
  // Chosen: a twentieth of the rows.
  defaultFloor: 0.05,
  compare: (reference, current) => {
    if (reference.rows === 0 || current.rows === 0 || reference.missing + current.missing === 0) {
      return { untested: null };
    }
    const [before, now] = [shareOf(reference), shareOf(current)];
    const test = chiSquareTest({ categories: [], reference: countsOf(reference), current: countsOf(current) });
    const note = ` Missing: ${formatPercent(before)} before, ${formatPercent(now)} now.`;
    return { ...test, effect: Math.abs(now - before), note };
  },
  pastEffect: (reference, window) => {
    if (reference.rows === 0 || window.rows === 0) return undefined;
    return Math.abs(shareOf(window) - shareOf(reference));
  },
};

type Counted = Pick<ColumnProfile, 'rows' | 'missing'>;

function shareOf({ rows, missing }: Counted): number {
  return missing / rows;
}

function countsOf({ rows, missing }: Counted): readonly number[] {
  return [missing, rows - missing];
}
