/**
 * Holm's step-down adjustment of p-values (S. Holm, Scand. J. Statist. 6, 1979): adjusted <= level exactly where the
 * procedure rejects at that family-wise error rate, under any dependence.
 *
 * @param pValues Each in [0, 1], any order.
 * @returns Adjusted p-values in the same order, in [0, 1].
 * @example holm([0.01, 0.04]) // => [0.02, 0.04]
 *
 * Equivalent: `statsmodels.stats.multitest.multipletests(p, method="holm")[1]`.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let running = 0;
  order.forEach(({ p, index }, rank) => {
    running = Math.max(running, Math.min(1, p * (pValues.length - rank)));
    adjusted[index] = running;
  });
  return adjusted;
}
