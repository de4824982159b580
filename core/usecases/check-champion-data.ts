import { type ChampionHistory, compareData, type DatasetIdentity } from '../domain/evaluation/champion-data.ts';
import { UserError } from '../errors.ts';
import type { ArtifactHasher } from '../ports/artifact-hasher.ts';
import type { TableDescription, TableReader } from '../ports/table-reader.ts';

/** The dataset that both models are to be judged on. */
export interface JudgedDataset extends DatasetIdentity {
  readonly table: TableDescription;
}

/** What comparing rows needs. */
export interface ChampionDataPorts {
  readonly tables: TableReader;
  readonly hasher: Pick<ArtifactHasher, 'hash'>;
  readonly bringData: (path: string) => Promise<void>;
  /** Absolute path of a file or folder of the repository. */
  readonly resolve: (path: string) => string;
}

/** Whether a champion may be judged on a dataset: why not, or what people should know; neither where nothing is to say. */
export interface ChampionDataFinding {
  /** A clause. */
  readonly problem?: string;
  /** A clause. */
  readonly note?: string;
}

/**
 * Whether a champion may be judged on a dataset other than its own: where the dataset is newer, or where none of its rows
 * is in the tables that the champion was trained on. Tables that changed since are looked at as they are now, and the
 * finding says so.
 */
export async function checkChampionData(
  history: ChampionHistory,
  dataset: JudgedDataset,
  ports: ChampionDataPorts,
): Promise<ChampionDataFinding> {
  const relation = compareData(dataset, history);
  if (relation === 'seen') return { problem: 'it was trained on this very dataset' };
  if (relation === 'same') return {};
  if (relation === 'newer') return { note: 'it was judged on older data; both models are scored on these' };
  const compared: { readonly path: string; readonly isSame: boolean }[] = [];
  for (const { path, digest } of history.trainedOn) {
    await ports.bringData(path);
    const other = await describeTable(ports.resolve(path), ports);
    if (other === undefined) continue;
    const shared = await ports.tables.sharedRows(dataset.table, other);
    if (shared > 0) return { problem: `${shared} rows of this dataset are in ${path}, which it was trained on` };
    compared.push({ path, isSame: (await ports.hasher.hash(ports.resolve(path))).digest === digest });
  }
  if (compared.length === 0) {
    return { problem: 'it was judged on another dataset, and no table that it was trained on is here to compare with' };
  }
  const changed = compared.filter(({ isSame }) => !isSame).map(({ path }) => path);
  const since = changed.length === 0 ? '' : `, as ${changed.join(' and ')} ${changed.length === 1 ? 'is' : 'are'} now`;
  return { note: `it was judged on other data; no row of these is in what it was trained on${since}` };
}

async function describeTable(path: string, { tables }: ChampionDataPorts): Promise<TableDescription | undefined> {
  try {
    return await tables.describe(path);
  } catch (error) {
    // A script, a folder of something else, or nothing: not what a model has seen rows of.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
