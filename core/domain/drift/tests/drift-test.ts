import type { ColumnProfile } from '../profile-column.ts';

/** Names of the tests of numeric columns, as in `drift.tests.numeric`. */
export const NUMERIC_TESTS = ['ks', 'cramer-von-mises', 'anderson-darling', 'mann-whitney', 'epps-singleton'] as const;
/** Names of the tests of categorical columns, as in `drift.tests.categorical`. */
export const CATEGORICAL_TESTS = ['chi-square', 'g-test'] as const;

/** The name of a drift test. */
export type DriftTestName = (typeof NUMERIC_TESTS)[number] | (typeof CATEGORICAL_TESTS)[number] | 'missing';

/** The result of a two-sample test. */
export interface TwoSampleTest {
  readonly statistic: number;
  readonly pValue: number;
}

/** A test of whether a column has shifted between two windows: one entry of the registry. */
export interface DriftTest {
  readonly name: DriftTestName;
  /** The name for people. */
  readonly label: string;
  /** The test of the p-value, as SciPy names it. */
  readonly test: string;
  /** The columns it is for. `any`: it looks at the rows of each column, and needs no values. */
  readonly columns: ColumnProfile['kind'] | 'any';
  /** True for a test by ranks: of rows in groups, the mean rank varies more than the share below a value. */
  readonly isByRanks?: true;
  /** The smallest p-value that it gives, where it has one above 0: of that one nothing is known but that it is not larger. */
  readonly leastPValue?: number;
  /** Compares two windows of a column, each with at least one row; with at least one value, unless it is for `any`. */
  compare(reference: ColumnProfile, current: ColumnProfile): TwoSampleTest | NotTested;
}

/** Why there is no result: a clause. Null where there is nothing to test, and so nothing to say. */
export interface NotTested {
  readonly untested: string | null;
}

/** Columns of different kinds have no test. */
export const DIFFERENT_TYPES: NotTested = { untested: 'the two windows have different types' };
