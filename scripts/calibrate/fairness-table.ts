import type { FairnessCell } from './fairness.ts';

/** The page of the simulation of fairness rules. */
export function renderFairnessCalibration(cells: readonly FairnessCell[]): string {
  const percent = (count: number, of: number) => `${((100 * count) / of).toFixed(1)} %`;
  const rows = cells.map(({ name, measure, groups, rates, repetitions, counts }) =>
    [
      name,
      `\`${measure}\``,
      groups.join(', '),
      rates.join(', '),
      repetitions,
      percent(counts.passed, repetitions),
      percent(counts.failed, repetitions),
      percent(counts.inconclusive, repetitions),
    ].join(' | '),
  );
  return `# Error rates of fairness rules

\`node scripts/calibrate-fairness.ts\` simulates groups that are exactly as far apart as a rule allows, and writes this page. The rule
has an interval of 95 %, so at most 2.5 % of the runs may pass by chance, and at most 2.5 % may fail by chance. The truth is at the bound, so most runs are
inconclusive. "Rates" are those of the first groups and of the last group.

| population | measure | rows of the groups | rates | runs | passed | failed | inconclusive |
|---|---|---|---|--:|--:|--:|--:|
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}
