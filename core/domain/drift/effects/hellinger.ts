import type { DriftEffect } from './drift-effect.ts';
import { cellsOf, estimateShares, visibleSpread } from './shares.ts';

/** Hellinger distance of the shares: the root of 1 less the sum of the roots of p q; 0 to 1. */
export const hellinger: DriftEffect = {
  name: 'hellinger',
  label: 'Hellinger',
  columns: ['numeric', 'categorical'],
  // Chosen: about that of two normal laws 0.28 standard deviations apart, as the floors of the others.
  defaultFloor: 0.1,
  measure: (reference, current) => {
    const cells = cellsOf(reference, current);
    return cells && estimateShares(cells, distance);
  },
  visible: (sizes) => Math.sqrt(visibleSpread(sizes) / 8),
};

function distance(p: readonly number[], q: readonly number[]) {
  // Of equal shares exactly 0, which 1 less the overlap is not.
  const value = Math.sqrt(p.reduce((sum, share, i) => sum + (Math.sqrt(share) - Math.sqrt(q[i] ?? 0)) ** 2, 0) / 2);
  const by = (own: readonly number[], other: readonly number[]) =>
    own.map((share, i) => (value === 0 || share === 0 ? 0 : -Math.sqrt((other[i] ?? 0) / share) / (4 * value)));
  return { value, byReference: by(p, q), byCurrent: by(q, p) };
}
