import { andersonDarling } from './tests/anderson-darling.ts';
import { chiSquare } from './tests/chi-square.ts';
import { cramerVonMises } from './tests/cramer-von-mises.ts';
import type { DriftTest, DriftTestName } from './tests/drift-test.ts';
import { eppsSingleton } from './tests/epps-singleton.ts';
import { gTest } from './tests/g-test.ts';
import { kolmogorovSmirnov } from './tests/kolmogorov-smirnov.ts';
import { mannWhitney } from './tests/mann-whitney.ts';
import { missingValues } from './tests/missing-values.ts';

/** The drift tests by name, one file each. */
export const DRIFT_TESTS: Readonly<Record<DriftTestName, DriftTest>> = {
  ks: kolmogorovSmirnov,
  'cramer-von-mises': cramerVonMises,
  'anderson-darling': andersonDarling,
  'mann-whitney': mannWhitney,
  'epps-singleton': eppsSingleton,
  'chi-square': chiSquare,
  'g-test': gTest,
  missing: missingValues,
};

/** The tests that each column gets besides that of its values. */
export const ROW_TESTS: readonly DriftTest[] = Object.values(DRIFT_TESTS).filter(({ columns }) => columns === 'any');
