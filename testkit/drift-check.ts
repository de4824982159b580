import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbTableReader } from '../core/adapters/duckdb/duckdb-table-reader.ts';
import type { DriftConfig } from '../core/config/drift-config.ts';
import { parseConfig } from '../core/config/parse-config.ts';
import type { ScoredModelConfig } from '../core/config/tidegate-config.ts';
import { type ProfileReport, profileReportSchema } from '../core/reports/profile-report.ts';
import type { DriftReference, DriftRequest } from '../core/usecases/drift/drift-request.ts';
import type { DatasetProfile } from '../core/usecases/evaluate/profile-dataset.ts';
import { PROJECT_MODULES } from '../scripts/project-root.ts';
import { scoredModel } from './scored-model.ts';

const HEADER = {
  createdAt: '2001-03-01T00:00:00.000Z',
  tool: { name: 'tidegate', version: '0.1.0' },
  source: { repository: null, commit: null, headCommit: null, ref: null, runId: null, runAttempt: null },
  model: 'm',
};

/** A folder for files, and the engine that reads them. */
export async function openTables() {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-drift-'));
  const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
  const close = async () => {
    await tables.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, tables, ports: { tables, clockMs: () => 0, progress: () => {} }, close };
}

/** A model of two classes with the label `y`, with these keys of tidegate.yaml. */
export function watchedModel({ data = {}, drift = {} }: { readonly data?: object; readonly drift?: object } = {}) {
  const written = {
    ...{ task: 'binary-classification', artifact: 'm.onnx', data: { label: 'y', ...data } },
    evaluate: { dataset: 'd', metrics: ['accuracy'] },
    gate: { rules: [{ metric: 'accuracy', min: 0 }] },
    drift: { current: 'c', ...drift },
  };
  const config = scoredModel(parseConfig(JSON.stringify({ version: 1, models: { m: written } })).config.models.m);
  if (config.drift === undefined) throw new RangeError('no drift');
  return { config, drift: config.drift };
}

/** A profile as a version keeps it: written and read. */
export function keptProfile({ rows, columns, windows }: DatasetProfile, { group }: { readonly group?: string } = {}) {
  const dataset = { path: 'd', digest: `sha256:${'0'.repeat(64)}`, rows, from: null, to: null };
  const written = { ...HEADER, schema: 'tidegate.dev/profile/v1', dataset, columns, windows, group };
  return profileReportSchema.parse(JSON.parse(JSON.stringify(written)));
}

/** A check of a file against the reference of a profile. */
export function driftRequest(
  { config, drift }: { readonly config: ScoredModelConfig; readonly drift: DriftConfig },
  of: { readonly profile: ProfileReport; readonly rows?: DriftReference['rows']; readonly current: string },
): DriftRequest {
  const { profile, rows, current } = of;
  return {
    ...{ config, drift, header: { ...HEADER, schema: 'tidegate.dev/drift/v1' } },
    reference: {
      ...{ profile, path: 'd', digest: `sha256:${'0'.repeat(64)}` },
      ...(rows === undefined ? {} : { rows }),
    },
    current: { shown: current, absolute: current },
  };
}
