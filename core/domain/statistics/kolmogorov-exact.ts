/**
 * P(D >= d) of the two-sided two-sample Kolmogorov-Smirnov statistic of samples without ties, exactly: the share of lattice
 * paths from (0, 0) to (n, m) that leave the band.
 *
 * @param rows Sizes of the samples, whole numbers >= 1.
 * @param d A statistic of such samples, in [0, 1].
 * @returns In [0, 1].
 *
 * Source: J. L. Hodges, The significance probability of the Smirnov two-sample test, Ark. Mat. 3, 1958; scaled column by
 * column so that no binomial is formed. Equivalent: `scipy.stats.ks_2samp(x, y, method="exact")`.
 */
export function kolmogorovExactUpperTail(d: number, rows: readonly [number, number]): number {
  const divisor = greatestCommonDivisor(...rows);
  const least = (rows[0] / divisor) * rows[1];
  // In units of 1 / lcm, in which every possible statistic is whole.
  const height = Math.round(d * least);
  if (height === 0) return 1;
  if (rows[0] === rows[1]) return Math.min(1, ofEqualSizes(rows[0], height));
  return Math.min(1, Math.max(0, ofUnequalSizes(rows, { height, divisor })));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** 2 (C(2n, n - h) - C(2n, n - 2h) + C(2n, n - 3h) - ...) / C(2n, n), by the reflection principle. */
function ofEqualSizes(n: number, height: number): number {
  let sum = 0;
  for (let k = Math.floor(n / height); k >= 0; k--) {
    let ratio = 1;
    for (let j = 0; j < height; j++) ratio *= (n - k * height - j) / (n + k * height + j + 1);
    sum = ratio * (1 - sum);
  }
  return 2 * sum;
}

/** The share of paths that have left the band, for each end of a path in a column; a column has a window of the band. */
function ofUnequalSizes(
  rows: readonly [number, number],
  { height, divisor }: { readonly height: number; readonly divisor: number },
): number {
  const [m, n] = [Math.max(...rows), Math.min(...rows)];
  const [perColumn, perRow] = [n / divisor, m / divisor];
  const lastOf = (i: number) => Math.min(Math.ceil((perColumn * i + height) / perRow), n + 1);
  const firstOf = (i: number) => Math.min(Math.max(Math.floor((perColumn * i - height) / perRow) + 1, 0), n);
  let first = 0;
  let column = new Float64Array(lastOf(0));
  for (let i = 1; i <= m; i++) {
    const [from, to] = [firstOf(i), lastOf(i)];
    if (to <= from) return 1;
    const next = new Float64Array(to - from);
    // A path from below the window has left it.
    let below = from === 0 ? 0 : 1;
    for (let j = from; j < to; j++) {
      // Beyond the last window all paths have left.
      const beside = j - first < column.length ? (column[j - first] ?? 1) : 1;
      below = (beside * i + below * j) / (i + j);
      next[j - from] = below;
    }
    [column, first] = [next, from];
  }
  return column[column.length - 1] ?? 1;
}
