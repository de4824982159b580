/**
 * Benjamini-Hochberg adjustment of p-values (J. R. Statist. Soc. B 57, 1995): adjusted <= q exactly where the procedure
 * rejects at false discovery rate q.
 *
 * @param pValues Each in [0, 1], any order.
 * @returns Adjusted p-values in the same order, in [0, 1].
 * @example benjaminiHochberg([0.01, 0.04]) // => [0.02, 0.04]
 *
 * Equivalent: `scipy.stats.false_discovery_control(p)`.
 */
export function benjaminiHochberg(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let running = 1;
  order.forEach(({ p, index }, fromLargest) => {
    running = Math.min(running, (p * pValues.length) / (pValues.length - fromLargest));
    adjusted[index] = running;
  });
  return adjusted;
}
