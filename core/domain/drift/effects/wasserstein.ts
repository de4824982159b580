import { normalQuantile } from '../../statistics/normal.ts';
import { type MergedSteps, mergeSteps } from '../merged-steps.ts';
import type { DriftEffect, EffectEstimate } from './drift-effect.ts';

/**
 * Wasserstein distance: how far values move on average, in standard deviations of the reference. Infinite where a reference
 * of one value moves.
 *
 * Equivalent: `scipy.stats.wasserstein_distance(x, y) / numpy.std(x)`.
 */
export const wasserstein: DriftEffect = {
  name: 'wasserstein',
  label: 'Wasserstein',
  columns: ['numeric'],
  // As Evidently has it.
  defaultFloor: 0.1,
  measure: (reference, current) => {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') return undefined;
    return scaledDistance(mergeSteps(reference, current));
  },
  visible: ({ pValue, perRow }) => normalQuantile(1 - pValue / 2) * Math.sqrt(perRow),
};

function scaledDistance(steps: MergedSteps): EffectEstimate {
  const { values, reference, current, referenceRows: n, currentRows: m } = steps;
  // In units of the largest value: squares of values near the end of doubles are infinite.
  const unit = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  let [left, right, distance] = [0, 0, 0];
  // The influence of a row is an integral of signs, which each step adds to.
  const signed: number[] = [0];
  for (let at = 0; at + 1 < values.length; at++) {
    left += reference[at] ?? 0;
    right += current[at] ?? 0;
    const step = (values[at + 1] ?? 0) / unit - (values[at] ?? 0) / unit;
    const difference = left / n - right / m;
    distance += Math.abs(difference) * step;
    signed.push((signed[at] ?? 0) + Math.sign(difference) * step);
  }
  // From a value of the reference on, so that a constant has no spread at all, rather than that of rounding.
  const origin = (values[reference.findIndex((count) => count > 0)] ?? 0) / unit;
  const scaled = values.map((value) => value / unit - origin);
  const spread = Math.sqrt(varianceOf(scaled, reference, n));
  if (spread === 0) return { value: distance === 0 ? 0 : Number.POSITIVE_INFINITY, standardError: 0 };
  const variance = varianceOf(signed, reference, n) / n + varianceOf(signed, current, m) / m;
  return { value: distance / spread, standardError: Math.sqrt(variance) / spread };
}

function varianceOf(values: ArrayLike<number>, counts: Float64Array, rows: number): number {
  let [mean, variance] = [0, 0];
  for (let at = 0; at < counts.length; at++) mean += ((values[at] ?? 0) * (counts[at] ?? 0)) / rows;
  for (let at = 0; at < counts.length; at++) variance += (((values[at] ?? 0) - mean) ** 2 * (counts[at] ?? 0)) / rows;
  return variance;
}
