import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLD_SCENARIOS, type FoldCell, runFolds } from './calibrate/folds.ts';
import { renderFolds } from './calibrate/folds-table.ts';
import { PROJECT_ROOT } from './project-root.ts';

// Simulates the error rates of cross-validation, and writes docs/calibration-folds.md: node scripts/calibrate-folds.ts.
const REPETITIONS = 3000;
const SAMPLED = 60;
const cells: FoldCell[] = [];
for (const [index, scenario] of FOLD_SCENARIOS.entries()) {
  const seed = 1 + index * 1000;
  const counts = runFolds(scenario, { repetitions: REPETITIONS, seed });
  const sample = { repetitions: SAMPLED, counts: runFolds(scenario, { repetitions: SAMPLED, seed }) };
  cells.push({ ...scenario, seed, repetitions: REPETITIONS, counts, sample });
  console.log(JSON.stringify(cells.at(-1)));
}
const docs = join(PROJECT_ROOT, 'docs');
await writeFile(join(docs, 'calibration-folds.json'), `${JSON.stringify({ cells })}\n`);
await writeFile(join(docs, 'calibration-folds.md'), renderFolds(cells));
