import { chiSquareTest } from '../chi-square-test.ts';
import type { ColumnProfile } from '../profile-column.ts';
import type { DriftTest } from './drift-test.ts';

/** Chi-square, with Yates' correction, of the rows with and without a value. */
export const missingValues: DriftTest = {
  name: 'missing',
  label: 'missing',
  test: 'chi2_contingency',
  columns: 'any',
  compare: (reference, current) => {
    if (reference.rows === 0 || current.rows === 0 || reference.missing + current.missing === 0) {
      return { untested: null };
    }
    return chiSquareTest({ categories: [], reference: countsOf(reference), current: countsOf(current) });
  },
};

function countsOf({ rows, missing }: Pick<ColumnProfile, 'rows' | 'missing'>): readonly number[] {
  return [missing, rows - missing];
}
