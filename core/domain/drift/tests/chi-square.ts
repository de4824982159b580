import { formatCount } from '../../text/format-number.ts';
import { newCategories, pairCounts, unknownShare } from '../category-counts.ts';
import { chiSquareTest } from '../chi-square-test.ts';
import { populationStabilityIndex } from '../population-stability-index.ts';
import type { CategoricalProfile } from '../profile-column.ts';
import { asSameFlags } from '../same-flags.ts';
import { DIFFERENT_TYPES, type DriftTest, type DriftTestResult, type NotTested } from './drift-test.ts';

/** Chosen: where most rows of a sample are of categories that were cut, the rest tells nothing of it. */
const MOST_UNKNOWN = 0.5;
const MAX_NAMED = 5;

/** Chi-square for categories, as counts of both samples. The effect is the population stability index (PSI). */
export const categoryShares: DriftTest = {
  name: 'psi',
  label: 'PSI',
  test: 'chi2_contingency',
  columns: 'categorical',
  // Below 0.1 is "no significant change" in N. Siddiqi, Credit Risk Scorecards (Wiley, 2006).
  defaultFloor: 0.1,
  compare: (reference, current) => {
    if (reference.kind !== 'categorical' || current.kind !== 'categorical') return DIFFERENT_TYPES;
    return compareCounts(...asSameFlags(reference, current));
  },
  pastEffect: (reference, window) => {
    if (reference.kind !== 'categorical' || window.kind !== 'categorical') return undefined;
    return populationStabilityIndex(pairCounts(reference, window));
  },
};

function compareCounts(reference: CategoricalProfile, current: CategoricalProfile): DriftTestResult | NotTested {
  const counts = pairCounts(reference, current);
  if (unknownShare(counts) > MOST_UNKNOWN) {
    return {
      untested: 'it has too many categories: most rows have a category that is not among the most frequent ones',
    };
  }
  const note = newNote(newCategories(reference, current));
  return { ...chiSquareTest(counts), effect: populationStabilityIndex(counts), note };
}

function newNote(found: readonly (readonly [string, number])[]): string {
  if (found.length === 0) return '';
  const named = found.slice(0, MAX_NAMED).map(([name, count]) => `${name} (${formatCount(count)} rows)`);
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : '';
  return ` New: ${named.join(', ')}${more}.`;
}
