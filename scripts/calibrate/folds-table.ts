import { markdownTable } from 'markdown-table';
import type { FoldCell, FoldCounts } from './folds.ts';
import { holds } from './table.ts';

const RATES = ['valueHigh', 'valueLow', 'differenceHigh', 'differenceLow'] as const;

/** The calibration of cross-validation as a page. */
export function renderFolds(cells: readonly FoldCell[]): string {
  const rates = cells.flatMap((cell) =>
    cell.counts.flatMap((counts) => RATES.map((rate) => ({ cell, count: counts[rate] }))),
  );
  const within = rates.filter(({ cell, count }) => holds(count, cell.repetitions)).length;
  return `# Calibration of cross-validation

Two features of four train each model: least squares for numbers, normal laws with a common variance for two classes. Both
models are equally good. The truth of a value is its expectation for models trained on as many rows as a fold trains on.
This page is written by \`node scripts/calibrate-folds.ts\` from simulations at a confidence of 95 %; a test repeats the first
repetitions.

- **above**, **below**: the interval is above, or below, the truth. Nominal: 2.5 % each.
- **none**: no interval, so a rule is inconclusive: a fold without both classes, or few rows that make most of the error.

A rate is within its limit if it is at most 3 % after subtracting two Monte Carlo standard errors. ${within} of ${rates.length} rates are
within it.

${cells.map(renderCell).join('\n\n')}
`;
}

function renderCell({ task, rows, folds, repeats, repetitions, seed, counts }: FoldCell): string {
  const times = repeats === 1 ? `${folds} folds` : `${folds} folds, ${repeats} times`;
  const table = markdownTable(
    [
      ['metric', 'value above', 'value below', 'none', 'difference above', 'difference below', 'none'],
      ...counts.map((count) => line(count, repetitions)),
    ],
    { align: ['l', 'r', 'r', 'r', 'r', 'r', 'r'] },
  );
  return `## ${task}, ${rows} rows, ${times}\n\n${repetitions} repetitions, seed ${seed}. In per cent.\n\n${table}`;
}

function line(counts: FoldCounts, repetitions: number): string[] {
  const share = (count: number) => ((100 * count) / repetitions).toFixed(1);
  const rate = (count: number) => `${share(count)}${holds(count, repetitions) ? '' : ' \\*'}`;
  const { metric, valueHigh, valueLow, differenceHigh, differenceLow, undecidedValue, undecidedDifference } = counts;
  return [
    metric,
    rate(valueHigh),
    rate(valueLow),
    share(undecidedValue),
    rate(differenceHigh),
    rate(differenceLow),
    share(undecidedDifference),
  ];
}
