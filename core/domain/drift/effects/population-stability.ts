import type { DriftEffect } from './drift-effect.ts';
import { cellsOf, estimateShares, visibleSpread } from './shares.ts';

/** Rows added to each cell, so that one that is empty in a sample has no infinite weight. */
const ADDED = 0.5;

/**
 * Population stability index (PSI), in nats: the sum of (p - q) ln(p / q) over the cells, with half a row added to each.
 *
 * Source: N. Siddiqi, Credit Risk Scorecards (Wiley, 2006): below 0.1 is "no significant change". Equal to the symmetric
 * Kullback-Leibler (Jeffreys) divergence.
 */
export const populationStability: DriftEffect = {
  name: 'psi',
  label: 'PSI',
  columns: ['numeric', 'categorical'],
  defaultFloor: 0.1,
  measure: (reference, current) => {
    const cells = cellsOf(reference, current);
    return cells && estimateShares(cells, stability, ADDED);
  },
  visible: visibleSpread,
};

function stability(p: readonly number[], q: readonly number[]) {
  const log = p.map((share, i) => Math.log(share / (q[i] ?? share)));
  return {
    value: p.reduce((sum, share, i) => sum + (share - (q[i] ?? share)) * (log[i] ?? 0), 0),
    byReference: p.map((share, i) => (log[i] ?? 0) + 1 - (q[i] ?? share) / share),
    byCurrent: q.map((share, i) => -(log[i] ?? 0) + 1 - (p[i] ?? share) / share),
  };
}
