import { join } from 'node:path';
import { DuckDbTableReader } from '../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { parseConfig } from '../../../core/config/parse-config.ts';
import { checkDrift } from '../../../core/usecases/drift/check-drift.ts';
import { profileDataset } from '../../../core/usecases/evaluate/profile-dataset.ts';
import { scoredModel } from '../../../testkit/scored-model.ts';
import { PROJECT_MODULES } from '../../project-root.ts';

// Profiles the reference and checks the current window, both from Parquet; prints the time since the process started, and p-values.
const [folder = '.'] = process.argv.slice(2);
const model = scoredModel(
  parseConfig(`version: 1
models:
  m:
    task: binary-classification
    artifact: m.onnx
    data: { label: late }
    evaluate: { dataset: reference.parquet }
    gate: { rules: [{ metric: accuracy, min: 0 }] }
    drift: { current: current.parquet }
`).config.models.m,
);
if (model.drift === undefined) throw new RangeError('no drift');
const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
const ports = { tables, clockMs: () => performance.now(), progress: () => {} };
const source = { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null };
const header = { createdAt: new Date().toISOString(), tool: { name: 'tidegate', version: '0' }, source, model: 'm' };
const table = await tables.describe(join(folder, 'reference.parquet'));
const { rows, from, to, columns } = await profileDataset({ table, data: model.data }, ports);
const profiled = performance.now();
const profile = {
  ...header,
  schema: 'tidegate.dev/profile/v1',
  dataset: { path: 'reference.parquet', digest: `sha256:${'0'.repeat(64)}`, rows, from, to },
  columns,
} as const;
const current = join(folder, 'current.parquet');
const report = await checkDrift(
  {
    config: model,
    drift: model.drift,
    header: { ...header, schema: 'tidegate.dev/drift/v1' },
    reference: { profile, path: 'reference.parquet', digest: profile.dataset.digest },
    current: { shown: current, absolute: current },
  },
  ports,
);
await tables.close();
console.log(
  JSON.stringify({
    seconds: performance.now() / 1000,
    // In production the profile is registered: a check reads the current window alone.
    checkSeconds: (performance.now() - profiled) / 1000,
    megabytes: process.resourceUsage().maxRSS / 1024,
    pValues: Object.fromEntries(report.columns.map(({ name, pValue }) => [name, pValue])),
  }),
);
