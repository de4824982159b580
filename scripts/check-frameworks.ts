import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbTableReader } from '../core/adapters/duckdb/duckdb-table-reader.ts';
import { OnnxModelRunner } from '../core/adapters/onnx/onnx-model-runner.ts';
import { planInputs } from '../core/domain/model/input-plan.ts';
import { scoreDataset } from '../core/usecases/evaluate/score-dataset.ts';
import { PROJECT_MODULES, PROJECT_ROOT } from './project-root.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { runOrThrow } from './run-command.ts';

// Scores models of several frameworks as the actions do, besides the scores that each framework gives itself:
// node scripts/check-frameworks.ts. Not in npm test: the frameworks are 1.5 GB.
/** Chosen: ONNX computes with 32 bits, the frameworks with up to 64. */
const TOLERANCE = 1e-5;
const FEATURES = ['a', 'b', 'c', 'd'];

interface Given {
  readonly eachClass: boolean;
  readonly scores: readonly number[];
}

const folder = await mkdtemp(join(tmpdir(), 'tidegate-frameworks-'));
const engines = { env: {}, nodeModules: PROJECT_MODULES };
const tables = new DuckDbTableReader(engines);
try {
  const { python } = await ensurePythonEnvironment('frameworks');
  await runOrThrow(python, [join(PROJECT_ROOT, 'scripts', 'python', 'frameworks.py'), folder]);
  const given: Record<string, Given> = JSON.parse(await readFile(join(folder, 'scores.json'), 'utf8'));
  for (const [name, { eachClass, scores }] of Object.entries(given)) {
    const own = await scored(name, eachClass);
    const apart = scores.reduce((most, score, i) => Math.max(most, Math.abs(score - (own[i] ?? Number.NaN))), 0);
    console.log(`${name}: ${scores.length} scores, at most ${apart.toExponential(1)} apart`);
    if (own.length !== scores.length || !(apart < TOLERANCE)) throw new Error(`${name}: other scores than its own`);
  }
} finally {
  await tables.close();
  await rm(folder, { recursive: true, force: true });
}

async function scored(name: string, eachClass: boolean): Promise<Float64Array> {
  const table = await tables.describe(join(folder, 'data.parquet'));
  const model = await new OnnxModelRunner(engines).open(join(folder, `${name}.onnx`), {
    scores: eachClass ? 'each-class' : 'one',
  });
  try {
    const plan = planInputs(model.inputs, { features: FEATURES }, table.columns);
    const ports = { tables, clockMs: () => performance.now(), progress: () => {} };
    const { scores } = await scoreDataset({ table, models: [{ model, plan }], keep: [] }, ports);
    return scores[0] ?? new Float64Array(0);
  } finally {
    await model.close();
  }
}
