import type { DriftEffect } from './drift-effect.ts';
import { cellsOf, estimateShares, visibleSpread } from './shares.ts';

/** Total variation: the share of rows that would have to change their cell; 0 to 1. */
export const totalVariation: DriftEffect = {
  name: 'total-variation',
  label: 'total variation',
  columns: ['numeric', 'categorical'],
  // Chosen: a tenth of the rows.
  defaultFloor: 0.1,
  measure: (reference, current) => {
    const cells = cellsOf(reference, current);
    return cells && estimateShares(cells, variation);
  },
  visible: (sizes) => Math.sqrt(visibleSpread(sizes)) / 2,
};

function variation(p: readonly number[], q: readonly number[]) {
  const signs = p.map((share, i) => Math.sign(share - (q[i] ?? 0)) / 2);
  return {
    value: p.reduce((sum, share, i) => sum + Math.abs(share - (q[i] ?? 0)) / 2, 0),
    byReference: signs,
    byCurrent: signs.map((sign) => -sign),
  };
}
