import type { PairedCounts } from './category-counts.ts';

/**
 * Population stability index (PSI) of a current sample against a reference sample.
 *
 * @param counts Each sample with at least one row. Half a row is added to every category of both, so that one that is
 *   empty in one sample has no infinite weight.
 * @returns In nats, >= 0. 0 means the same proportions.
 * @example populationStabilityIndex({ categories: ['a', 'b'], reference: [50, 50], current: [50, 50] }) // => 0
 *
 * Source: N. Siddiqi, Credit Risk Scorecards (Wiley, 2006). Equal to the symmetric Kullback-Leibler (Jeffreys)
 * divergence of the two samples.
 */
export function populationStabilityIndex({ reference, current }: PairedCounts): number {
  const shares = (counts: readonly number[]) => {
    const total = counts.reduce((sum, count) => sum + count + 0.5, 0);
    return counts.map((count) => (count + 0.5) / total);
  };
  const left = shares(reference);
  const right = shares(current);
  return left.reduce((sum, share, index) => {
    const other = right[index] ?? share;
    return sum + (share - other) * Math.log(share / other);
  }, 0);
}
