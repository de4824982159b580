import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxModelRunner } from '../core/adapters/onnx/onnx-model-runner.ts';
import { planInputs } from '../core/domain/model/input-plan.ts';
import { PROJECT_MODULES, PROJECT_ROOT } from './project-root.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { runOrThrow } from './run-command.ts';

// Scores with a model of 2.4 GB, which a protobuf cannot hold: node scripts/check-large-model.ts. Not in npm test: it
// takes the address space, and on file systems without holes the disk.
const ROWS = 600_000_000;
const folder = await mkdtemp(join(tmpdir(), 'tidegate-large-'));
try {
  const { python } = await ensurePythonEnvironment('demo');
  await runOrThrow(python, [join(PROJECT_ROOT, 'scripts', 'python', 'large_model.py'), folder, String(ROWS)]);
  const { size } = await stat(join(folder, 'table.bin'));
  const startedAt = performance.now();
  const model = await new OnnxModelRunner({ env: {}, nodeModules: PROJECT_MODULES }).open(folder);
  const plan = planInputs(model.inputs, {}, [{ name: 'row', type: 'integer' }]);
  const asked = Float64Array.of(0, ROWS - 1);
  const [first, last] = await model.score(
    { rows: 2, columns: new Map([['row', { kind: 'numeric', values: asked }]]) },
    plan,
  );
  await model.close();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const resident = (process.resourceUsage().maxRSS / 2 ** 10).toFixed(0);
  console.log(
    `${(size / 1e9).toFixed(1)} GB of weights: opened and scored in ${seconds} s, ${resident} MB resident at most`,
  );
  const expected = 1 / (1 + Math.exp(-2));
  if (first !== 0.5 || Math.abs((last ?? 0) - expected) > 1e-6) throw new Error(`scores are ${first} and ${last}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
