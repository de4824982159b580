import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FAIRNESS_SCENARIOS, type FairnessCell, runFairness } from './calibrate/fairness.ts';
import { renderFairnessCalibration } from './calibrate/fairness-table.ts';
import { PROJECT_ROOT } from './project-root.ts';

// Simulates the error rates of fairness rules, and writes docs/calibration-fairness.md: node scripts/calibrate-fairness.ts
const REPETITIONS = 5000;
const SAMPLED = 40;
const docs = join(PROJECT_ROOT, 'docs');
const cells: FairnessCell[] = [];
for (const [index, scenario] of FAIRNESS_SCENARIOS.entries()) {
  const seed = 1 + index * 1000;
  const counts = runFairness(scenario, { repetitions: REPETITIONS, seed });
  const sample = { repetitions: SAMPLED, counts: runFairness(scenario, { repetitions: SAMPLED, seed }) };
  cells.push({ ...scenario, seed, repetitions: REPETITIONS, counts, sample });
  console.log(JSON.stringify(cells.at(-1)));
}
await writeFile(join(docs, 'calibration-fairness.json'), `${JSON.stringify({ cells })}\n`);
await writeFile(join(docs, 'calibration-fairness.md'), renderFairnessCalibration(cells));
