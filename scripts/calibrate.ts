import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calibrationGrid, type GridScenario, gatingMetrics, sampledRepetitions, tailGrid } from './calibrate/grid.ts';
import { runScenario } from './calibrate/run-scenario.ts';
import type { Scenario } from './calibrate/scenario.ts';
import { type CalibrationCell, renderCalibration } from './calibrate/table.ts';
import { PROJECT_ROOT } from './project-root.ts';

// Simulates the error rates of every gating metric: node scripts/calibrate.ts [rows ...] | --table. With numbers of rows
// only scenarios of too many are simulated, and the counts of the others stay; --table: only writes the table.
const results = join(PROJECT_ROOT, 'docs', 'calibration.json');
const asked = process.argv.slice(2).filter((one) => one !== '--table');
const known = await readCells();
if (asked.length > 0 || !process.argv.includes('--table')) {
  const startedAt = performance.now();
  for (const scenario of allScenarios()) {
    if (asked.length > 0 && !asked.includes(String(scenario.rows))) continue;
    known.set(keyOf(scenario), simulated(scenario));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    const law = scenario.tail ?? `difficulty ${scenario.difficulty}`;
    console.log(`${scenario.task}, ${scenario.rows} rows, ${law}: ${seconds} s so far`);
    await writeFile(results, `${JSON.stringify({ cells: inOrder() })}\n`);
  }
}
await writeFile(join(PROJECT_ROOT, 'docs', 'calibration.md'), renderCalibration(inOrder()));

function allScenarios(): readonly GridScenario[] {
  return [...calibrationGrid(), ...tailGrid()];
}

function keyOf({ task, rows, difficulty, clustered, tail }: Scenario): string {
  return [task, rows, difficulty, clustered, tail].join(' ');
}

function inOrder(): readonly CalibrationCell[] {
  return allScenarios().flatMap((scenario) => known.get(keyOf(scenario)) ?? []);
}

async function readCells(): Promise<Map<string, CalibrationCell>> {
  const { cells }: { cells: readonly CalibrationCell[] } = JSON.parse(await readFile(results, 'utf8'));
  return new Map(cells.map((cell) => [keyOf(cell), cell]));
}

function simulated(scenario: GridScenario): CalibrationCell {
  const metrics = gatingMetrics(scenario);
  const counts = runScenario(scenario, metrics, scenario);
  const repetitions = sampledRepetitions(scenario);
  if (repetitions === 0) return { ...scenario, ...counts };
  return {
    ...scenario,
    ...counts,
    sample: { repetitions, ...runScenario(scenario, metrics, { ...scenario, repetitions }) },
  };
}
