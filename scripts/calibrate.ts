import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calibrationGrid, gatingMetrics, tailGrid } from './calibrate/grid.ts';
import { runScenario } from './calibrate/run-scenario.ts';
import { type CalibrationCell, renderCalibration } from './calibrate/table.ts';
import { PROJECT_ROOT } from './project-root.ts';

// Simulates the error rates of every gating metric: node scripts/calibrate.ts [--table] (--table: only writes the table).
const SAMPLE_REPETITIONS = 300;
const results = join(PROJECT_ROOT, 'docs', 'calibration.json');
const startedAt = performance.now();
if (!process.argv.includes('--table')) {
  const cells: CalibrationCell[] = [];
  for (const scenario of [...calibrationGrid(), ...tailGrid()]) {
    const metrics = gatingMetrics(scenario);
    const counts = runScenario(scenario, metrics, scenario);
    // What a test repeats in seconds.
    const isSampled = scenario.rows === 50 && scenario.difficulty === 0 && scenario.tail === undefined;
    const sample = isSampled
      ? runScenario(scenario, metrics, { ...scenario, repetitions: SAMPLE_REPETITIONS })
      : undefined;
    cells.push({
      ...scenario,
      ...counts,
      ...(sample ? { sample: { repetitions: SAMPLE_REPETITIONS, ...sample } } : {}),
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    const law = scenario.tail ?? `difficulty ${scenario.difficulty}`;
    console.log(`${scenario.task}, ${scenario.rows} rows, ${law}: ${seconds} s so far`);
    await writeFile(results, `${JSON.stringify({ cells })}\n`);
  }
}
const { cells } = JSON.parse(await readFile(results, 'utf8'));
await writeFile(join(PROJECT_ROOT, 'docs', 'calibration.md'), renderCalibration(cells));
