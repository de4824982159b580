import type { DriftEffect } from './drift-effect.ts';
import { type CellCounts, cellsOf, estimateShares, visibleSpread } from './shares.ts';

/**
 * Cramér's V of the 2 x K table of both windows: the root of chi-square over all rows; 0 to 1.
 *
 * Equivalent: `scipy.stats.contingency.association(table, method="cramer")`, without correction.
 */
export const cramersV: DriftEffect = {
  name: 'cramers-v',
  label: "Cramér's V",
  columns: ['categorical'],
  // J. Cohen, Statistical Power Analysis (1988): 0.1 is a small effect.
  defaultFloor: 0.1,
  measure: (reference, current) => {
    const cells = cellsOf(reference, current);
    return cells && estimateShares(cells, associationOf(cells));
  },
  // With windows of equal sizes: of others it is less.
  visible: (sizes) => Math.sqrt(visibleSpread(sizes)) / 2,
};

function associationOf({ reference, current }: CellCounts) {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const [n, m] = [sum(reference), sum(current)];
  const [a, b] = [n / (n + m), m / (n + m)];
  return (p: readonly number[], q: readonly number[]) => {
    const parts = p.map((share, i) => {
      const other = q[i] ?? 0;
      const all = a * share + b * other;
      const difference = share - other;
      if (all === 0) return { value: 0, byP: 0, byQ: 0 };
      const shared = (2 * difference) / all;
      const square = (difference / all) ** 2;
      return {
        value: (a * b * difference ** 2) / all,
        byP: a * b * (shared - a * square),
        byQ: a * b * (-shared - b * square),
      };
    });
    const value = Math.sqrt(parts.reduce((total, part) => total + part.value, 0));
    const scaled = (derivative: number) => (value === 0 ? 0 : derivative / (2 * value));
    return { value, byReference: parts.map(({ byP }) => scaled(byP)), byCurrent: parts.map(({ byQ }) => scaled(byQ)) };
  };
}
