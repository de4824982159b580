import { mean, standardDeviation } from 'simple-statistics';
import type { DriftEffect } from './effects/drift-effect.ts';
import type { ColumnProfile } from './profile-column.ts';

/** Chosen: from fewer windows a standard deviation says nothing. */
export const MIN_PAST_WINDOWS = 4;
/** The usual width of a control chart (W. A. Shewhart, 1931), with the population's standard deviation. */
const STANDARD_DEVIATIONS = 3;

/**
 * Limit above which an effect exceeds the usual difference between such windows: mean plus three standard deviations of
 * the effects of the reference's own past windows, each against the whole reference, which is what a check computes of
 * the current window. A past window is a part of the whole, so its effect is smaller by its share of the rows: the limit
 * is a little too low where there are few windows, never too high.
 *
 * @param reference The whole reference.
 * @param windows The same column in its past windows.
 * @returns undefined with fewer than 4 windows that can be compared.
 */
export function historyLimit(
  effect: DriftEffect,
  reference: ColumnProfile,
  windows: readonly ColumnProfile[],
): number | undefined {
  const needsValues = effect.columns !== 'any';
  const isEmpty = ({ rows, missing }: ColumnProfile) => rows === (needsValues ? missing : 0);
  if (isEmpty(reference)) return undefined;
  // A constant that moved has a shift without end, which has no mean.
  const effects = windows
    .flatMap((window) => (isEmpty(window) ? [] : (effect.measure(reference, window)?.value ?? [])))
    .filter(Number.isFinite);
  if (effects.length < MIN_PAST_WINDOWS) return undefined;
  return mean(effects) + STANDARD_DEVIATIONS * standardDeviation(effects);
}
