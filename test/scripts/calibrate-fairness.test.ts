import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import calibration from '../../docs/calibration-fairness.json' with { type: 'json' };
import { FAIRNESS_SCENARIOS, type FairnessCell, runFairness } from '../../scripts/calibrate/fairness.ts';
import { renderFairnessCalibration } from '../../scripts/calibrate/fairness-table.ts';

// JSON names the measures; the type of the import has them as text.
const cells = calibration.cells as unknown as readonly FairnessCell[];

const most = (repetitions: number) => 0.025 + 2 * Math.sqrt((0.025 * 0.975) / repetitions);

describe('error rates of fairness rules', () => {
  it('are of the scenarios of today, and on the page', () => {
    expect(cells.map(({ name, measure, groups, rates }) => ({ name, measure, groups, rates }))).toEqual(
      FAIRNESS_SCENARIOS.map(({ name, measure, groups, rates }) => ({ name, measure, groups, rates })),
    );
    const page = readFileSync(new URL('../../docs/calibration-fairness.md', import.meta.url), 'utf8');
    expect(page).toBe(renderFairnessCalibration(cells));
  });

  it.each(cells)(
    'are at most 2.5 % on each side, but for two standard errors of the runs: $name, $measure',
    ({ counts, repetitions }) => {
      expect(counts.passed / repetitions).toBeLessThanOrEqual(most(repetitions));
      expect(counts.failed / repetitions).toBeLessThanOrEqual(most(repetitions));
    },
  );

  // One scenario of each kind: independent rows, several groups, and clusters that groups share.
  it.each(
    cells.filter(({ name }, at) => at === 0 || name === 'four groups' || name.startsWith('clusters of 20')).slice(0, 4),
  )('are those that this code gives: $name, $measure', ({ sample, seed, ...scenario }) => {
    expect(runFairness(scenario, { repetitions: sample.repetitions, seed })).toEqual(sample.counts);
  });
});
