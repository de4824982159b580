import { logGamma } from '../statistics/log-gamma.ts';
import { seededUniform } from '../statistics/seeded-uniform.ts';

type Table = readonly (readonly [number, number])[];

/** Chosen: a p-value of 0.05 is known to 0.003; the smallest is 0.00005. */
const DRAWS = 20_000;
/** Statistics this near are equal, but for rounding. */
const TIE = 1e-9;

/**
 * Two-sided p-value of a table of two categories: the tables with the same totals and at most its probability (R. A. Fisher,
 * Statistical Methods for Research Workers, 1934).
 *
 * Equivalent: `scipy.stats.fisher_exact(table).pvalue`.
 */
export function fisherExactTest([[a, b], [c, d]]: readonly [
  readonly [number, number],
  readonly [number, number],
]): number {
  const [first, second, rows] = [a + b, c + d, a + c];
  const log = (k: number) => logChoices(first, k) + logChoices(second, rows - k) - logChoices(first + second, rows);
  const observed = log(a) + TIE;
  let sum = 0;
  for (let k = Math.max(0, rows - second); k <= Math.min(first, rows); k++) {
    const own = log(k);
    if (own <= observed) sum += Math.exp(own);
  }
  return Math.min(1, sum);
}

function logChoices(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/**
 * The share of tables with the same totals whose statistic is at least that of a table, by 20,000 random assignments of its
 * rows to the two samples, the observed one included (B. Phipson and G. Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010). The
 * same table has the same p-value.
 *
 * Equivalent: `scipy.stats.chi2_contingency(table, method=scipy.stats.PermutationMethod(n_resamples=19_999)).pvalue`.
 */
export function permutationTest(table: Table, statistic: (table: Table) => number): number {
  const columns = table.map(([a, b]) => a + b);
  const rows = table.reduce((sum, [a]) => sum + a, 0);
  const observed = statistic(table);
  const uniform = seededUniform(rows * 31 + columns.length);
  let atLeast = 1;
  for (let draw = 1; draw < DRAWS; draw++) {
    const own = statistic(deal(columns, rows, uniform));
    if (own >= observed - TIE * Math.max(1, observed)) atLeast++;
  }
  return atLeast / DRAWS;
}

/** A hypergeometric draw for each category, from what the earlier ones leave. */
function deal(columns: readonly number[], rows: number, uniform: () => number): Table {
  let left = columns.reduce((sum, count) => sum + count, 0);
  let open = rows;
  return columns.map((count) => {
    left -= count;
    const taken = hypergeometric({ good: count, bad: left, draws: open }, uniform);
    open -= taken;
    return [taken, count - taken] as const;
  });
}

interface Urn {
  readonly good: number;
  readonly bad: number;
  readonly draws: number;
}

/** By inversion outwards from the mode, which takes about as many steps as the standard deviation. */
function hypergeometric({ good, bad, draws }: Urn, uniform: () => number): number {
  const [least, most] = [Math.max(0, draws - bad), Math.min(good, draws)];
  if (least === most) return least;
  const mode = Math.min(most, Math.max(least, Math.floor(((draws + 1) * (good + 1)) / (good + bad + 2))));
  const peak = Math.exp(logChoices(good, mode) + logChoices(bad, draws - mode) - logChoices(good + bad, draws));
  let [up, down, high, low] = [mode, mode, peak, peak];
  let rest = uniform() - peak;
  while (rest > 0) {
    if (up >= most && down <= least) return mode;
    if (up < most) {
      high *= ((good - up) * (draws - up)) / ((up + 1) * (bad - draws + up + 1));
      up++;
      rest -= high;
      if (rest <= 0) return up;
    }
    if (down > least) {
      low *= (down * (bad - draws + down)) / ((good - down + 1) * (draws - down + 1));
      down--;
      rest -= low;
      if (rest <= 0) return down;
    }
  }
  return mode;
}
