import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { markdownTable } from 'markdown-table';
import { chiSquareUpperTail } from '../core/domain/statistics/chi-square.ts';
import { kolmogorovUpperTail } from '../core/domain/statistics/kolmogorov.ts';
import { normalCdf, normalQuantile } from '../core/domain/statistics/normal.ts';
import { studentTCdf, studentTQuantile } from '../core/domain/statistics/student-t.ts';
import golden from '../test/golden/statistics.json' with { type: 'json' };

// The table of docs/decisions/dependencies.md: how far our distributions and those of @stdlib are from SciPy.
// usage: npm install --prefix <folder> @stdlib/stats-base-dists-{normal-cdf,normal-quantile,t-cdf,t-quantile,chisquare-cdf}
//        node scripts/compare-special-functions.ts <folder>

/** A distribution function with its golden values: arguments, and last the value of SciPy. */
interface Compared {
  readonly name: string;
  readonly rows: readonly (readonly number[])[];
  readonly ours: (...args: number[]) => number;
  /** undefined where @stdlib has no such function. */
  readonly theirs: ((...args: number[]) => number) | undefined;
}

const load = createRequire(join(resolve(process.argv[2] ?? '.'), 'package.json'));
const distribution = (name: string): ((...args: number[]) => number) => load(`@stdlib/stats-base-dists-${name}`);

const normalOf = distribution('normal-cdf');
const normalQuantileOf = distribution('normal-quantile');
const chiSquareOf = distribution('chisquare-cdf');
const compared: readonly Compared[] = [
  { name: 'normal CDF', rows: golden.normal_cdf, ours: normalCdf, theirs: (x = 0) => normalOf(x, 0, 1) },
  {
    name: 'normal quantile',
    rows: golden.normal_ppf,
    ours: normalQuantile,
    theirs: (p = 0) => normalQuantileOf(p, 0, 1),
  },
  { name: "Student's t CDF", rows: golden.t_cdf, ours: studentTCdf, theirs: distribution('t-cdf') },
  { name: "Student's t quantile", rows: golden.t_ppf, ours: studentTQuantile, theirs: distribution('t-quantile') },
  {
    name: 'chi-square upper tail',
    rows: golden.chi2_sf,
    ours: chiSquareUpperTail,
    theirs: (x = 0, df = 1) => 1 - chiSquareOf(x, df),
  },
  { name: 'Kolmogorov upper tail (kstwo)', rows: golden.kstwo_sf, ours: kolmogorovUpperTail, theirs: undefined },
];

/** The largest relative error over values that SciPy gives as more than `least`. */
function largestError(rows: Compared['rows'], of: (...args: number[]) => number, least: number): number {
  const errors = rows.flatMap((row) => {
    const expected = row.at(-1) ?? Number.NaN;
    return Math.abs(expected) <= least ? [] : [Math.abs(of(...row.slice(0, -1)) - expected) / Math.abs(expected)];
  });
  return Math.max(...errors);
}

/** The time of one call, in nanoseconds. */
function nanoseconds(rows: Compared['rows'], of: (...args: number[]) => number): number {
  const repetitions = 400;
  const started = performance.now();
  for (let turn = 0; turn < repetitions; turn += 1) for (const row of rows) of(...row.slice(0, -1));
  return ((performance.now() - started) * 1e6) / (repetitions * rows.length);
}

const lines = compared.map(({ name, rows, ours, theirs }) => {
  const both = [ours, theirs].map((of) =>
    of === undefined
      ? ['none', 'none', 'none']
      : [
          largestError(rows, of, 1e-12).toExponential(0),
          largestError(rows, of, 0).toExponential(0),
          nanoseconds(rows, of).toFixed(0),
        ],
  );
  return [name, String(rows.length), ...both.flat()];
});
const head = [
  'function',
  'values',
  'ours',
  'ours, all tails',
  'ours, ns',
  '@stdlib',
  '@stdlib, all tails',
  '@stdlib, ns',
];
console.log(markdownTable([head, ...lines], { align: ['l', ...head.slice(1).map(() => 'r')] }));
