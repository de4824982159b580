import { chiSquareUpperTail } from '../statistics/chi-square.ts';
import { upperIncompleteGamma } from '../statistics/incomplete-gamma.ts';
import { logGamma } from '../statistics/log-gamma.ts';
import { seededUniform } from '../statistics/seeded-uniform.ts';

type Table = readonly (readonly [number, number])[];

/** Chosen: a p-value of 0.05 is known to 0.003. */
const DRAWS = 20_000;
/**
 * Chosen: from here on a p-value is known to 3 % of itself, and above 0.05 no more draws are needed (J. Besag and P. Clifford,
 * Biometrika 78, 1991).
 */
const ENOUGH = DRAWS / 20;
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
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Chosen: 8 MB, for tables of up to a million rows; of more, each is computed when it is asked for. */
const KEPT_FACTORIALS = 2 ** 20;
const kept = new Float64Array(KEPT_FACTORIALS);

/** The same numbers are asked for millions of times; 0 is one that was not asked for yet. */
function logFactorial(n: number): number {
  if (n >= KEPT_FACTORIALS) return logGamma(n + 1);
  const known = kept[n] ?? 0;
  if (known !== 0) return known;
  const found = logGamma(n + 1);
  kept[n] = found;
  return found;
}

/**
 * The share of tables with the same totals whose statistic is at least that of a table, by 20,000 random assignments of its
 * rows to the two samples, the observed one included (B. Phipson and G. Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010).
 * Where none is as large, it is the tail of the gamma law with the mean, variance and skewness of the drawn statistics (A. M. Winkler
 * et al., NeuroImage 141, 2016), and at most one in 20,000. The same table has the same p-value.
 *
 * @param statistic Of a table with the same totals, by the counts of its first sample; they are overwritten between calls.
 *
 * Equivalent: `scipy.stats.chi2_contingency(table, method=scipy.stats.PermutationMethod(n_resamples=19_999)).pvalue`.
 */
export function permutationTest(table: Table, statistic: (first: Float64Array) => number): number {
  const columns = Float64Array.from(table, ([a, b]) => a + b);
  const first = Float64Array.from(table, ([a]) => a);
  const rows = first.reduce((sum, count) => sum + count, 0);
  const observed = statistic(first);
  const uniform = seededUniform(rows * 31 + columns.length);
  const drawn = new Float64Array(DRAWS - 1);
  let atLeast = 1;
  for (let draw = 1; draw < DRAWS; draw++) {
    deal(first, { columns, rows, uniform });
    const own = statistic(first);
    drawn[draw - 1] = own;
    if (own >= observed - TIE * Math.max(1, observed)) atLeast++;
    if (atLeast === ENOUGH) return atLeast / (draw + 1);
  }
  return atLeast > 1 ? atLeast / DRAWS : Math.min(1 / DRAWS, gammaTail(observed, drawn));
}

/** Chosen: a shape of 40,000; above, the law is normal to the digits that moments of 20,000 tables tell. */
const LEAST_SKEWNESS = 0.01;

/** P(X >= x) of the gamma law, moved, with the first three moments of a sample; 1 where it has no such law. */
function gammaTail(x: number, sample: Float64Array): number {
  const mean = sample.reduce((sum, one) => sum + one, 0) / sample.length;
  const moment = (power: number) => sample.reduce((sum, one) => sum + (one - mean) ** power, 0) / sample.length;
  const deviation = Math.sqrt(moment(2));
  const skewness = moment(3) / deviation ** 3;
  if (!(deviation > 0)) return 1;
  const z = (x - mean) / deviation;
  // Without skewness it is the normal law; of a law with a shorter upper tail that is an upper bound.
  if (!(skewness > LEAST_SKEWNESS)) return chiSquareUpperTail(z * z, 1) / 2;
  const shape = 4 / skewness ** 2;
  return upperIncompleteGamma(shape, shape + Math.sqrt(shape) * z);
}

interface Deal {
  readonly columns: Float64Array;
  readonly rows: number;
  readonly uniform: () => number;
}

/** Writes a hypergeometric draw for each category, from what the earlier ones leave. */
function deal(first: Float64Array, { columns, rows, uniform }: Deal): void {
  let left = columns.reduce((sum, count) => sum + count, 0);
  let open = rows;
  for (let at = 0; at < columns.length; at++) {
    const count = columns[at] ?? 0;
    left -= count;
    const taken = hypergeometric({ good: count, bad: left, draws: open }, uniform);
    open -= taken;
    first[at] = taken;
  }
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
