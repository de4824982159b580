import type { ColumnProfile } from '../profile-column.ts';

/** The name of a drift test: of its effect in reports, and of its floor under `drift.effect` of tidegate.yaml. */
export type DriftTestName = 'ks' | 'psi' | 'missing';

/** The result of a two-sample test. */
export interface TwoSampleTest {
  readonly statistic: number;
  readonly pValue: number;
}

/** The outcome of a drift test on a column. */
export interface DriftTestResult extends TwoSampleTest {
  /** Size of the shift, >= 0, comparable between windows of different sizes. */
  readonly effect: number;
  /** A sentence for people with a space before it; empty where there is nothing to add. */
  readonly note: string;
}

/** A test of whether a column has shifted between two windows: one entry of the registry. */
export interface DriftTest {
  readonly name: DriftTestName;
  /** The name of the effect for people. */
  readonly label: string;
  /** The test of the p-value, as SciPy names it. */
  readonly test: 'ks_2samp' | 'chi2_contingency';
  /** The columns it is for. `any`: it looks at the rows of each column, and needs no values. */
  readonly columns: ColumnProfile['kind'] | 'any';
  /** The smallest effect that counts, where tidegate.yaml does not set one. */
  readonly defaultFloor: number;
  /** Compares two windows of a column, each with at least one row; with at least one value, unless it is for `any`. */
  compare(reference: ColumnProfile, current: ColumnProfile): DriftTestResult | NotTested;
  /**
   * Effect of a past window of the reference against the whole reference.
   *
   * @returns Undefined where the two cannot be compared.
   */
  pastEffect(reference: ColumnProfile, window: ColumnProfile): number | undefined;
}

/** Why there is no result: a clause. Null where there is nothing to test, and so nothing to say. */
export interface NotTested {
  readonly untested: string | null;
}

/** Columns of different kinds have no test. */
export const DIFFERENT_TYPES: NotTested = { untested: 'the two windows have different types' };
