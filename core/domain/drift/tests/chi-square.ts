import { pairCounts, unknownShare } from '../category-counts.ts';
import { chiSquareTest } from '../chi-square-test.ts';
import type { ColumnProfile } from '../profile-column.ts';
import { asSameFlags } from '../same-flags.ts';
import { DIFFERENT_TYPES, type DriftTest, type NotTested, type TwoSampleTest } from './drift-test.ts';

/** Chosen: where most rows of a sample are of categories that were cut, the rest tells nothing of it. */
const MOST_UNKNOWN = 0.5;

/** Chi-square for categories, as counts of both samples; few rows by permutation. */
export const chiSquare: DriftTest = {
  name: 'chi-square',
  label: 'chi-square',
  test: 'chi2_contingency',
  columns: 'categorical',
  compare: (reference, current) => compareCategories(reference, current, 'pearson'),
};

/** The test of two windows of categories. */
export function compareCategories(
  reference: ColumnProfile,
  current: ColumnProfile,
  statistic: 'pearson' | 'log-likelihood',
): TwoSampleTest | NotTested {
  if (reference.kind !== 'categorical' || current.kind !== 'categorical') return DIFFERENT_TYPES;
  const counts = pairCounts(...asSameFlags(reference, current));
  if (unknownShare(counts) > MOST_UNKNOWN) {
    return {
      untested: 'it has too many categories: most rows have a category that is not among the most frequent ones',
    };
  }
  return chiSquareTest(counts, statistic);
}
