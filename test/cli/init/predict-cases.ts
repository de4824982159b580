import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PredictionNeeds } from '../../../cli/init/predict-program.ts';
import { ensurePythonEnvironment } from '../../../scripts/python-environment.ts';
import { hostEnvironment } from '../../../testkit/host-environment.ts';
import { runProgram } from '../../../testkit/run-program.ts';

/** Needs of a program for a table `data.csv` with the label `y`. */
export const NEEDS: Omit<PredictionNeeds, 'format' | 'task'> = {
  object: 'model',
  scores: 'probability',
  label: 'y',
  others: [],
  inputColumn: undefined,
  features: undefined,
  encodedClasses: undefined,
  positive: undefined,
  dataset: 'data.csv',
  changes: [],
  network: undefined,
};

/** Runs a driver in Python, which reads `cases.json` and writes `found.json`: a list with a result per case. */
export async function runCases(driver: string, cases: readonly object[]): Promise<readonly unknown[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'predict-'));
  try {
    const { python } = await ensurePythonEnvironment('recipes');
    await writeFile(path.join(folder, 'cases.json'), JSON.stringify(cases));
    await writeFile(path.join(folder, 'driver.py'), driver);
    const env = { ...hostEnvironment(), HOME: folder, OMP_NUM_THREADS: '1' };
    const { exitCode, stdout, stderr } = await runProgram(python, ['driver.py'], { cwd: folder, env });
    if (exitCode !== 0) throw new Error(`${stdout}${stderr}`);
    const found: unknown = JSON.parse(await readFile(path.join(folder, 'found.json'), 'utf8'));
    if (!Array.isArray(found)) throw new TypeError('found.json is not a list');
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
