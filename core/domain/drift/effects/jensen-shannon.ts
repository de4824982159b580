import type { DriftEffect } from './drift-effect.ts';
import { cellsOf, estimateShares, visibleSpread } from './shares.ts';

/**
 * Jensen-Shannon distance of the shares with logarithms of base 2: 0 to 1.
 *
 * Equivalent: `scipy.spatial.distance.jensenshannon(p, q, base=2)`.
 */
export const jensenShannon: DriftEffect = {
  name: 'jensen-shannon',
  label: 'Jensen-Shannon',
  columns: ['numeric', 'categorical'],
  // As NannyML and Evidently have it.
  defaultFloor: 0.1,
  measure: (reference, current) => {
    const cells = cellsOf(reference, current);
    return cells && estimateShares(cells, distance);
  },
  visible: (sizes) => Math.sqrt(visibleSpread(sizes) / (8 * Math.LN2)),
};

function distance(p: readonly number[], q: readonly number[]) {
  const middle = p.map((share, i) => (share + (q[i] ?? 0)) / 2);
  const terms = (own: readonly number[]) =>
    own.map((share, i) => (share === 0 ? 0 : Math.log2(share / (middle[i] ?? share))));
  const [left, right] = [terms(p), terms(q)];
  const sum = (own: readonly number[], logs: readonly number[]) =>
    own.reduce((total, share, i) => total + share * (logs[i] ?? 0), 0);
  const value = Math.sqrt(Math.max(0, (sum(p, left) + sum(q, right)) / 2));
  const by = (logs: readonly number[]) => logs.map((log) => (value === 0 ? 0 : log / (4 * value)));
  return { value, byReference: by(left), byCurrent: by(right) };
}
