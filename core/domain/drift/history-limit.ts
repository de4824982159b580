import { mean, standardDeviation } from 'simple-statistics';
import { pairCounts } from './category-counts.ts';
import { distributionOf } from './distribution.ts';
import { largestDifference } from './kolmogorov-smirnov.ts';
import { populationStabilityIndex } from './population-stability-index.ts';
import type { ColumnProfile } from './profile-column.ts';

/** Chosen: from fewer windows a standard deviation says nothing. */
export const MIN_PAST_WINDOWS = 4;
/** The usual width of a control chart (W. A. Shewhart, 1931), with the population's standard deviation. */
export const STANDARD_DEVIATIONS = 3;

/**
 * How large an effect may be before it is more than such windows differ anyway: mean plus three standard deviations of
 * the effects of the reference's own past windows, each against the whole reference, which is what a check computes of
 * the current window. A past window is a part of the whole, so its effect is smaller by its share of the rows: the limit
 * is a little too low where there are few windows, never too high.
 *
 * @param reference The whole reference.
 * @param windows The same column in its past windows.
 * @returns undefined with fewer than 4 windows that can be compared.
 */
export function historyLimit(reference: ColumnProfile, windows: readonly ColumnProfile[]): number | undefined {
  const effects = windows.flatMap((window) => pastEffect(reference, window) ?? []);
  if (effects.length < MIN_PAST_WINDOWS) return undefined;
  return mean(effects) + STANDARD_DEVIATIONS * standardDeviation(effects);
}

function pastEffect(reference: ColumnProfile, window: ColumnProfile): number | undefined {
  if (window.rows === window.missing || reference.rows === reference.missing) return undefined;
  if (reference.kind === 'numeric' && window.kind === 'numeric') {
    return largestDifference(distributionOf(reference), distributionOf(window));
  }
  if (reference.kind !== 'categorical' || window.kind !== 'categorical') return undefined;
  return populationStabilityIndex(pairCounts(reference, window));
}
