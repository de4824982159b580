import { compareCategories } from './chi-square.ts';
import type { DriftTest } from './drift-test.ts';

/** The likelihood-ratio test for categories. */
export const gTest: DriftTest = {
  name: 'g-test',
  label: 'G',
  test: 'chi2_contingency (log-likelihood)',
  columns: 'categorical',
  compare: (reference, current) => compareCategories(reference, current, 'log-likelihood'),
};
