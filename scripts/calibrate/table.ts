import type { GridScenario } from './grid.ts';
import type { Counts, ScenarioCounts } from './run-scenario.ts';

/** The counts of a scenario, and those of its first repetitions where a test repeats them. */
export interface CalibrationCell extends GridScenario, ScenarioCounts {
  readonly sample?: ScenarioCounts & { readonly repetitions: number };
}

const NOMINAL = 0.025;
const BOUND = NOMINAL + 0.005;
const DIFFICULTIES = ['easy', 'medium', 'hard'];

/** True if a share of repetitions is within the bound, less two Monte Carlo standard errors. */
export function holds(count: number, repetitions: number): boolean {
  const share = count / repetitions;
  return share - 2 * Math.sqrt((share * (1 - share)) / repetitions) <= BOUND;
}

/** The calibration as a page. */
export function renderCalibration(cells: readonly CalibrationCell[]): string {
  const grid = cells.filter(({ tail, small }) => tail === undefined && small === undefined);
  const ofSmallData = cells.filter(({ small }) => small !== undefined);
  const tails = cells.filter(({ tail }) => tail !== undefined);
  return `${[
    '# Calibration: how often the gate is wrong',
    INTRODUCTION,
    summary(grid),
    ...grid.map(renderCell),
    '# Small data',
    SMALL_DATA,
    summary(ofSmallData),
    ...ofSmallData.map(renderCell),
    '# Other tails',
    OTHER_TAILS,
    summary(tails),
    ...tails.map(renderCell),
  ].join('\n\n')}\n`;
}

function summary(cells: readonly CalibrationCell[]): string {
  const failing = cells.flatMap((cell) =>
    cell.worse.flatMap((counts, index) => failures(cell, counts, cell.equal[index])),
  );
  const checks = cells.reduce((sum, cell) => sum + cell.worse.length * 4, 0);
  if (failing.length === 0) return `All of ${checks} error rates are within their limit.`;
  return `${checks - failing.length} of ${checks} error rates are within their limit. The others:\n\n${failing.map((line) => `- ${line}`).join('\n')}`;
}

const INTRODUCTION = `The code of the gate judges simulated data with a known truth, at a confidence of 95 %. This page is written by
\`npm run calibrate\` from the counts in calibration.json. A test repeats the first repetitions of 34 scenarios and must find
the same counts.

- **false pass**: the candidate is worse by exactly the margin, and passes. Nominal: 2.5 %.
- **false fail**: the two models are equal, the margin is 0, and the candidate fails. Nominal: 2.5 %.
- **floor**, **ceiling**: the value is exactly at the bound, and a \`min\` (\`max\`) rule passes. Nominal: 2.5 %.
- **undecided**: no interval, so inconclusive: too few groups, or of a metric that nothing limits a few rows that make most of
  the error.
- **power**: the models are equal, and the candidate passes. The margin is one that a test with the known standard error passes
  in 80 % of the cases.

A rate is within its limit if it is at most 3 % after subtracting two Monte Carlo standard errors. A rate above its limit is
marked with \\*. There are 10,000 repetitions; with classes 1,000 of 50 and 200 rows, and 2,000 of 10,000 rows. Difficulty:
how rare the smaller class is (50, 20, 10 %), how unequal the classes are, or the shape of the errors (normal, skewed, heavy
tails). Grouped rows share a tenth of the variance, in 10, 20, 30 or 60 unequal groups.

Scenarios of 1,000 and 10,000 rows with classes were simulated before limits for every law took the place of no interval and of
intervals on few rows. With 1,000 rows, 150 repetitions of each have 29 of 336 counts that differ: mostly less power of \`roc_auc\`, \`average_precision\`
and \`precision_at_recall_0.8\` where a class has 100 rows.`;

const SMALL_DATA = `Two classes, in test sets as small as teams have them: ROC AUC 0.99 with 63 of 171 rows of label 1 (nearly perfect), eight
rows of label 1 among 200 (rare positives), thirty rows, a hundred rows with twenty of label 1, and two models that
decide one row in a hundred differently (few changed decisions; the worse candidate is worse by a thirtieth of its skill). Most of these intervals are
those that hold for every law ([the table of methods](decisions/evaluation.md)): they are wrong far less often than 2.5 %, and decide less.`;

const OTHER_TAILS = `Regression with other errors than in the grid, with other seeds (some of the shapes were examined when the limits were chosen): normal errors, Tukey's
h of 0.1 and 0.2 (tails; heavy tails), g of 0.5 and of 1 (skewed; very skewed), 5 % of rows with three times the error
(contaminated), and normal errors in proportion to lognormal labels (wide labels). The sample sizes are those where intervals are least
accurate: 50 and 200 rows.

No method is valid for every distribution (R. Bahadur and L. Savage, Ann. Math. Stat. 27, 1956): one in 13 samples of 50 rows from
the contaminated distribution has none of the large errors, and looks like a sample without them.`;

function failures(cell: CalibrationCell, worse: Counts, equal: Counts | undefined): readonly string[] {
  return ratesOf(worse, equal).flatMap(({ name, count }) =>
    holds(count, cell.repetitions)
      ? []
      : [`${worse.metric}, ${title(cell)}: ${name} ${((100 * count) / cell.repetitions).toFixed(1)} %`],
  );
}

function ratesOf(worse: Counts, equal: Counts | undefined) {
  return [
    { name: 'false pass', count: worse.falsePass },
    { name: 'false fail', count: equal?.falseFail ?? 0 },
    { name: 'floor', count: equal?.valueHigh ?? 0 },
    { name: 'ceiling', count: equal?.valueLow ?? 0 },
  ];
}

function title({ task, rows, difficulty, clustered, tail, small }: CalibrationCell): string {
  const sampling = clustered ? 'grouped rows' : 'independent rows';
  return `${task}, ${rows} rows, ${tail ?? small?.name ?? DIFFICULTIES[difficulty]}, ${sampling}`;
}

function renderCell(cell: CalibrationCell): string {
  const { repetitions, seed } = cell;
  const percent = (count: number) => ((100 * count) / repetitions).toFixed(1);
  const lines = cell.worse.map((worse, index) => {
    const equal = cell.equal[index];
    const rates = ratesOf(worse, equal).map(
      ({ count }) => `${percent(count)}${holds(count, repetitions) ? '' : ' \\*'}`,
    );
    return `| ${[worse.metric, ...rates, percent(equal?.undecided ?? 0), percent(equal?.power ?? 0)].join(' | ')} |`;
  });
  return [
    `## ${title(cell)}`,
    '',
    `${repetitions} repetitions, seed ${seed}. In per cent.`,
    '',
    '| metric | false pass | false fail | floor | ceiling | undecided | power |',
    '|---|--:|--:|--:|--:|--:|--:|',
    ...lines,
  ].join('\n');
}
