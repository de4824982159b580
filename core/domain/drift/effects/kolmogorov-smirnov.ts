import { distributionOf } from '../distribution.ts';
import { mergeSteps } from '../merged-steps.ts';
import { largestDifference } from '../tests/kolmogorov-smirnov.ts';
import type { DriftEffect } from './drift-effect.ts';

/** The largest difference of the two distribution functions: the share of rows on the other side of some value; 0 to 1. */
export const kolmogorovSmirnovEffect: DriftEffect = {
  name: 'ks',
  label: 'KS',
  columns: ['numeric'],
  // Chosen: a tenth of the rows is on the other side of some value.
  defaultFloor: 0.1,
  measure: (reference, current) => {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') return undefined;
    const value = largestDifference(distributionOf(reference), distributionOf(current));
    return { value, standardError: errorAtLargest(mergeSteps(reference, current)) };
  },
  visible: ({ pValue, perRow }) => Math.sqrt((-Math.log(pValue / 2) / 2) * perRow),
};

/** Standard error of the difference at the value where it is largest. */
function errorAtLargest({
  reference,
  current,
  referenceRows: n,
  currentRows: m,
}: ReturnType<typeof mergeSteps>): number {
  let [left, right, largest, variance] = [0, 0, -1, 0];
  for (let at = 0; at < reference.length; at++) {
    left += reference[at] ?? 0;
    right += current[at] ?? 0;
    const [f, g] = [left / n, right / m];
    if (Math.abs(f - g) <= largest) continue;
    largest = Math.abs(f - g);
    variance = Math.max(0, f * (1 - f)) / n + Math.max(0, g * (1 - g)) / m;
  }
  return Math.sqrt(variance);
}
