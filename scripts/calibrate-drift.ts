import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DRIFT_SCENARIOS, type DriftCell, runDrift } from './calibrate/drift.ts';
import { renderDrift } from './calibrate/drift-table.ts';
import { PROJECT_ROOT } from './project-root.ts';

// Simulates the false alarms of drift checks, and writes docs/calibration-drift.md: node scripts/calibrate-drift.ts [line ...].
// With numbers of lines, from 1, only those are simulated, and the other counts stay.
const SAMPLED_COLUMNS = 400;
const docs = join(PROJECT_ROOT, 'docs');
const asked = process.argv.slice(2);
const known: { readonly cells: readonly DriftCell[] } = await readFile(
  join(docs, 'calibration-drift.json'),
  'utf8',
).then(
  (text) => JSON.parse(text),
  () => ({ cells: [] }),
);
const cells: DriftCell[] = [];
for (const [index, scenario] of DRIFT_SCENARIOS.entries()) {
  const before = known.cells[index];
  if (before !== undefined && asked.length > 0 && !asked.includes(String(index + 1))) {
    cells.push(before);
    continue;
  }
  const seed = 1 + index * 1000;
  const many = scenario.reference > 10_000 ? 2 : 60;
  const sampled = Math.max(2, Math.min(many, Math.floor(SAMPLED_COLUMNS / scenario.columns)));
  const alarms = runDrift(scenario, { repetitions: scenario.repetitions, seed });
  const sample = { repetitions: sampled, alarms: runDrift(scenario, { repetitions: sampled, seed }) };
  cells.push({ ...scenario, seed, alarms, sample });
  console.log(JSON.stringify(cells.at(-1)));
  await writeFile(join(docs, 'calibration-drift.json'), `${JSON.stringify({ cells })}\n`);
}
await writeFile(join(docs, 'calibration-drift.json'), `${JSON.stringify({ cells })}\n`);
await writeFile(join(docs, 'calibration-drift.md'), renderDrift(cells));
