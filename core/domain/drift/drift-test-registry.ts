import type { ColumnProfile } from './profile-column.ts';
import { categoryShares } from './tests/category-shares.ts';
import type { DriftTest, DriftTestName } from './tests/drift-test.ts';
import { kolmogorovSmirnov } from './tests/kolmogorov-smirnov.ts';
import { missingValues } from './tests/missing-values.ts';

/** The drift tests by name, one file each. */
export const DRIFT_TESTS: Readonly<Record<DriftTestName, DriftTest>> = {
  ks: kolmogorovSmirnov,
  psi: categoryShares,
  missing: missingValues,
};

/** The test of the values of a kind of column. */
export const VALUE_TESTS: Readonly<Record<ColumnProfile['kind'], DriftTest>> = {
  numeric: kolmogorovSmirnov,
  categorical: categoryShares,
};

/** The tests that each column gets besides. */
export const ROW_TESTS: readonly DriftTest[] = Object.values(DRIFT_TESTS).filter(({ columns }) => columns === 'any');

/** The name of an effect for people; an unknown one stays as it is. */
export function effectLabel(name: string): string {
  return Object.values(DRIFT_TESTS).find((test) => test.name === name)?.label ?? name;
}
