import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLD_SCENARIOS, type FoldCell, runFolds } from './calibrate/folds.ts';
import { renderFolds } from './calibrate/folds-table.ts';
import { PROJECT_ROOT } from './project-root.ts';

// Simulates the error rates of cross-validation, and writes docs/calibration-folds.md: node scripts/calibrate-folds.ts [row ...].
// With numbers of rows only those scenarios are simulated, and the other counts stay.
const REPETITIONS = 3000;
const SAMPLED = 60;
const docs = join(PROJECT_ROOT, 'docs');
const known: { readonly cells: readonly FoldCell[] } = JSON.parse(
  await readFile(join(docs, 'calibration-folds.json'), 'utf8'),
);
const asked = process.argv.slice(2);
const cells: FoldCell[] = [];
for (const [index, scenario] of FOLD_SCENARIOS.entries()) {
  const before = known.cells[index];
  if (before !== undefined && asked.length > 0 && !asked.includes(String(scenario.rows))) {
    cells.push(before);
    continue;
  }
  const seed = 1 + index * 1000;
  const counts = runFolds(scenario, { repetitions: REPETITIONS, seed });
  const sample = { repetitions: SAMPLED, counts: runFolds(scenario, { repetitions: SAMPLED, seed }) };
  cells.push({ ...scenario, seed, repetitions: REPETITIONS, counts, sample });
  console.log(JSON.stringify(cells.at(-1)));
}
await writeFile(join(docs, 'calibration-folds.json'), `${JSON.stringify({ cells })}\n`);
await writeFile(join(docs, 'calibration-folds.md'), renderFolds(cells));
