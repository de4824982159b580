import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  calibrationGrid,
  type GridScenario,
  gatingMetrics,
  sampledRepetitions,
  smallGrid,
  tailGrid,
} from './calibrate/grid.ts';
import { runScenario, type ScenarioCounts } from './calibrate/run-scenario.ts';
import type { Scenario } from './calibrate/scenario.ts';
import { type CalibrationCell, renderCalibration } from './calibrate/table.ts';
import { PROJECT_ROOT } from './project-root.ts';

// Simulates the error rates of every gating metric: node scripts/calibrate.ts [rows ...] [--match text] [--metric name] | --table.
// With numbers of rows, a text of the scenario's key or a metric only those are simulated, and the other counts stay;
// --table: only writes the table.
const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { table: { type: 'boolean' }, match: { type: 'string' }, metric: { type: 'string' } },
});
const results = join(PROJECT_ROOT, 'docs', 'calibration.json');
const known = await readCells();
if (options.table !== true) {
  const startedAt = performance.now();
  for (const scenario of allScenarios().filter(isAsked)) {
    known.set(keyOf(scenario), merged(known.get(keyOf(scenario)), simulated(scenario)));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    console.log(`${keyOf(scenario)}: ${seconds} s so far`);
    await writeFile(results, `${JSON.stringify({ cells: inOrder() })}\n`);
  }
}
await writeFile(join(PROJECT_ROOT, 'docs', 'calibration.md'), renderCalibration(inOrder()));

function isAsked(scenario: GridScenario): boolean {
  const isOfRows = asked.length === 0 || asked.includes(String(scenario.rows));
  return isOfRows && keyOf(scenario).includes(options.match ?? '');
}

function allScenarios(): readonly GridScenario[] {
  return [...calibrationGrid(), ...smallGrid(), ...tailGrid()];
}

function keyOf({ task, rows, difficulty, clustered, tail, small }: Scenario): string {
  return [task, rows, difficulty, clustered, tail, small?.name].join(' ');
}

function inOrder(): readonly CalibrationCell[] {
  return allScenarios().flatMap((scenario) => known.get(keyOf(scenario)) ?? []);
}

async function readCells(): Promise<Map<string, CalibrationCell>> {
  const { cells }: { cells: readonly CalibrationCell[] } = JSON.parse(await readFile(results, 'utf8'));
  return new Map(cells.map((cell) => [keyOf(cell), cell]));
}

function simulated(scenario: GridScenario): CalibrationCell {
  const metrics = gatingMetrics(scenario).filter(({ name }) => name === (options.metric ?? name));
  const counts = runScenario(scenario, metrics, scenario);
  const repetitions = sampledRepetitions(scenario);
  if (repetitions === 0) return { ...scenario, ...counts };
  return {
    ...scenario,
    ...counts,
    sample: { repetitions, ...runScenario(scenario, metrics, { ...scenario, repetitions }) },
  };
}

/** The new counts; of a single metric with those of the others, which have to be of as many repetitions. */
function merged(before: CalibrationCell | undefined, after: CalibrationCell): CalibrationCell {
  if (options.metric === undefined || before === undefined) return after;
  if (before.repetitions !== after.repetitions) throw new Error(`${keyOf(after)} has other repetitions`);
  const replaced = (old: ScenarioCounts, counts: ScenarioCounts): ScenarioCounts => {
    const of = (part: 'worse' | 'equal') =>
      old[part].map((one) => counts[part].find(({ metric }) => metric === one.metric) ?? one);
    return { worse: of('worse'), equal: of('equal') };
  };
  const sample = before.sample && after.sample;
  return {
    ...before,
    ...replaced(before, after),
    ...(sample && before.sample ? { sample: { ...sample, ...replaced(before.sample, sample) } } : {}),
  };
}
