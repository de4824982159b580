import { resolve } from 'node:path';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import type { ScoredModelConfig } from '../../core/config/tidegate-config.ts';
import { pastWindowMs as lengthOfPast } from '../../core/domain/drift/current-window.ts';
import { isTableAddress } from '../../core/domain/warehouse/table-reference.ts';
import { UserError } from '../../core/errors.ts';
import type { SqlEngine } from '../../core/ports/evaluate/sql-engine.ts';
import type { DriftReference } from '../../core/usecases/drift/drift-request.ts';
import { findRegisteredProfile } from '../../core/usecases/drift/find-registered-profile.ts';
import type { EnginePorts } from '../../core/usecases/evaluate/engine-ports.ts';
import { hashDataset } from '../../core/usecases/evaluate/hash-dataset.ts';
import { identifyTable } from '../../core/usecases/evaluate/identify-table.ts';
import { columnsToReport, groupOf, windowToReport } from '../../core/usecases/evaluate/profile-dataset.ts';
import { refuseMeasures, timeOf, watchedFeatures } from '../../core/usecases/evaluate/profile-in-warehouse.ts';
import { profileAnyTable } from '../../core/usecases/evaluate/profile-large-table.ts';
import { profileTable } from '../../core/usecases/evaluate/warehouse-profile.ts';
import { describeTable } from '../../core/usecases/evaluate/warehouse-table.ts';
import { measuredColumnsOf } from '../../core/usecases/evaluate/watched-values.ts';
import type { ActionContext } from '../action-context.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { openRegisteredVersions } from '../registered-versions.ts';
import { loadReport, reportHeader } from '../report-files.ts';
import type { inputs } from './inputs.ts';

/** Facts by which a reference is found. */
export interface ReferenceMeans {
  readonly values: InputValues<typeof inputs>;
  readonly ports: EnginePorts;
  readonly warehouse: () => SqlEngine;
}

/** Reference of the comparison: the profile or table of the input, else the profile registered with the version in production. */
export async function chooseReference(
  context: ActionContext,
  loaded: LoadedModel<ScoredModelConfig>,
  { values, ports, warehouse }: ReferenceMeans,
): Promise<DriftReference> {
  const { reference } = values;
  if (reference === undefined) return registered(context, loaded, values['github-token']);
  if (isTableAddress(reference)) return inWarehouse(context, loaded, { address: reference, engine: warehouse() });
  const path = resolve(context.workingDirectory, reference);
  if (reference.endsWith('.json')) {
    const { digest } = await new FileArtifactHasher().hash(path);
    return { profile: await loadReport(path, 'profile'), path: reference, digest };
  }
  const { model, name } = loaded;
  const table = await ports.tables.describe(path, loaded.model.data.csv);
  const windowMs = model.drift?.limits === 'history' ? lengthOfPast(model.drift.window) : undefined;
  const grouping = model.drift?.grouping ?? { kind: 'none' };
  const asked = { table, data: model.data, windowMs, grouping, ...measuredColumnsOf(model.drift) };
  const { rows, from, to, columns, windows } = await profileAnyTable(asked, ports);
  const digest = await hashDataset(table, { shown: reference, absolute: path }, new FileArtifactHasher());
  const profile = {
    ...(await reportHeader('profile', context, name)),
    dataset: { path: reference, digest, rows, from, to },
    columns,
    ...groupOf(grouping),
    ...(windows === undefined ? {} : { windows }),
  };
  return { profile, path: reference, digest, rows: { shown: reference, absolute: path } };
}

async function inWarehouse(
  context: ActionContext,
  { name, model }: LoadedModel<ScoredModelConfig>,
  { address, engine }: { readonly address: string; readonly engine: SqlEngine },
): Promise<DriftReference> {
  const names = watchedFeatures(model.data);
  refuseMeasures(model.drift);
  const described = [
    ...new Set([model.data.label, ...names, ...(model.data.time === undefined ? [] : [model.data.time])]),
  ];
  const of = await describeTable(address, described, engine);
  const { digest } = await identifyTable(of, described, { engine, hasher: new FileArtifactHasher() });
  const columns = new Map(names.map((column) => [column, undefined]));
  const pastWindowMs = model.drift?.limits === 'history' ? lengthOfPast(model.drift.window) : undefined;
  const time = timeOf(of.table.columns, model.data.time);
  const { rows, from, to, windows, ...found } = await profileTable({ of, columns, time, pastWindowMs }, engine);
  const profile = {
    ...(await reportHeader('profile', context, name)),
    dataset: { path: address, digest, rows, from, to },
    columns: columnsToReport(found.columns),
    ...(windows === undefined ? {} : { windows: windows.map(windowToReport) }),
  };
  return { profile, path: address, digest };
}

async function registered(
  context: ActionContext,
  loaded: LoadedModel,
  token: string | undefined,
): Promise<DriftReference> {
  if (loaded.model.register?.store === undefined) {
    throw new UserError('INPUT_INVALID', 'register.store is not set, so there is no registered profile', {
      fix: 'Set register.store in tidegate.yaml, or the input reference.',
    });
  }
  const { catalog, files, environments, documentsOf } = await openRegisteredVersions(context, loaded, token);
  return findRegisteredProfile(environments, { catalog, commits: files, documentsOf });
}
