import { markdownTable } from 'markdown-table';
import type { DriftCell } from './drift.ts';

const DECLARED = 0.05;
/** Above the declared rate by as much. */
const MARGIN = 0.01;

/** True if the rate is at most a point above the declared one, less two Monte Carlo standard errors. */
export function isHeld({ alarms, repetitions }: Pick<DriftCell, 'alarms' | 'repetitions'>): boolean {
  const share = alarms / repetitions;
  return share - 2 * Math.sqrt((share * (1 - share)) / repetitions) <= DECLARED + MARGIN;
}

/** The false-alarm rates of drift checks as a page. */
export function renderDrift(cells: readonly DriftCell[]): string {
  const held = cells.filter(isHeld).length;
  const rows = cells.map((cell) => {
    const { columns, kinds, reference, current, correlation, missing, test, checks, groups, alarms, repetitions } =
      cell;
    const rate = ((100 * alarms) / repetitions).toFixed(1);
    const noise = (200 * Math.sqrt(Math.max(alarms, 1) / repetitions ** 2)).toFixed(1);
    const shape = [
      kinds,
      correlation === 0 ? '' : `correlated ${correlation}`,
      missing === 0 ? '' : `${100 * missing} % missing`,
      groups === undefined
        ? ''
        : `groups of ${groups.rows} rows that share ${100 * groups.correlation} % of the variance`,
      checks === 1 ? '' : `${checks} daily checks of seven days`,
    ];
    return [
      String(columns),
      shape.filter((part) => part !== '').join(', '),
      `${reference} / ${current}`,
      test,
      `${rate}${isHeld(cell) ? '' : ' \\*'}`,
      `± ${noise}`,
      String(repetitions),
    ];
  });
  const header = ['columns', 'data', 'rows (reference / current)', 'test of numbers', 'alarms, %', '2 SE', 'trials'];
  return `# False alarms of drift checks

Windows of the same law are compared at a declared false-alarm rate of 5 % over all columns, with all floors at 0, so that the
tests alone decide. With the floors of \`drift.effect\` there are fewer alarms. This page is written by
\`node scripts/calibrate-drift.ts\`; a test repeats the first checks of each line.

A rate is within its limit if it is at most 6 % after subtracting two Monte Carlo standard errors: ${held} of ${cells.length} are. Discrete
tests of few rows and correlated columns raise fewer alarms than declared, never more: Benjamini and Hochberg's rule is
exact for independent columns, and careful for positively correlated ones. Windows of more than 2,001 values are compared by
their sketches, whose error is taken off before the p-value. The law of \`epps-singleton\` is one of large samples: with 100 rows
it raises somewhat more alarms than declared. With \`drift.group\` categories raise fewer alarms than declared: of their
categories the one that differs most between groups counts.

${markdownTable([header, ...rows], { align: ['r', 'l', 'r', 'l', 'r', 'r', 'r'] })}
`;
}
