import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import calibration from '../../docs/calibration-drift.json' with { type: 'json' };
import { DRIFT_SCENARIOS, type DriftCell, runDrift } from '../../scripts/calibrate/drift.ts';
import { isHeld, renderDrift } from '../../scripts/calibrate/drift-table.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

const cells = calibration.cells as readonly DriftCell[];
const lines = cells.map((cell, at) => ({
  name: `${cell.columns} ${cell.kinds}, ${cell.reference} rows, ${cell.test}`,
  cell,
  at,
}));

describe('the committed false alarms of drift checks', () => {
  it.each(lines.filter(({ cell }) => cell.reference < 1_000_000))('are what the code gives: $name', ({ cell, at }) => {
    const { seed, sample, alarms: _, ...scenario } = cell;
    expect(scenario).toEqual(DRIFT_SCENARIOS[at]);
    expect(sample.repetitions).toBeGreaterThan(1);
    expect(runDrift(scenario, { repetitions: sample.repetitions, seed })).toBe(sample.alarms);
  });

  it('hold every scenario within its limit, and the page is written from them', async () => {
    expect(cells).toHaveLength(DRIFT_SCENARIOS.length);
    expect(cells.filter((cell) => !isHeld(cell))).toEqual([]);
    const page = await readFile(join(PROJECT_ROOT, 'docs', 'calibration-drift.md'), 'utf8');
    expect(page).toBe(renderDrift(cells));
  });
});
