import { describe, expect, it } from 'vitest';
import calibration from '../../docs/calibration.json' with { type: 'json' };
import {
  calibrationGrid,
  gatingMetrics,
  sampledRepetitions,
  smallGrid,
  tailGrid,
} from '../../scripts/calibrate/grid.ts';
import { runScenario } from '../../scripts/calibrate/run-scenario.ts';
import { holds, renderCalibration } from '../../scripts/calibrate/table.ts';

const DIFFICULTIES = ['easy', 'medium', 'hard'];
const sampled = [...calibrationGrid(), ...smallGrid()].filter((scenario) => sampledRepetitions(scenario) > 0);

describe('the committed calibration', () => {
  // 34 scenarios of 15, 13 or 11 metrics: 462 cells of the table.
  it.each(
    sampled.map((scenario) => ({
      name: `${scenario.task}, ${scenario.rows} ${scenario.clustered ? 'grouped' : 'independent'} rows, ${scenario.small?.name ?? DIFFICULTIES[scenario.difficulty]}`,
      scenario,
    })),
  )('is what the code gives: $name', ({ scenario }) => {
    const cell = calibration.cells.find(({ seed }) => seed === scenario.seed);
    const { repetitions = 0, ...counts } = cell?.sample ?? {};
    expect(repetitions).toBeGreaterThanOrEqual(100);
    expect(runScenario(scenario, gatingMetrics(scenario), { ...scenario, repetitions })).toEqual(counts);
  });

  it('holds every scenario, with its seed and repetitions', () => {
    const written = calibration.cells.map(({ seed, repetitions }) => ({ seed, repetitions }));
    const scenarios = [...calibrationGrid(), ...smallGrid(), ...tailGrid()];
    expect(written).toEqual(scenarios.map(({ seed, repetitions }) => ({ seed, repetitions })));
  });
});

describe('holds', () => {
  it('takes two standard errors off before it compares with 3 %', () => {
    expect(holds(0, 1000)).toBe(true);
    expect(holds(30, 1000)).toBe(true);
    expect(holds(42, 1000)).toBe(true);
    expect(holds(50, 1000)).toBe(false);
  });
});

describe('renderCalibration', () => {
  it('names what does not hold before the tables', () => {
    const text = renderCalibration([]);
    expect(text).toContain('# Calibration');
  });
});
