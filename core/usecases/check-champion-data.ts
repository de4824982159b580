import { type ChampionHistory, compareData, type DatasetIdentity } from '../domain/evaluation/champion-data.ts';
import { UserError } from '../errors.ts';
import type { ArtifactHasher } from '../ports/artifact-hasher.ts';
import type { TableDescription, TableReader } from '../ports/table-reader.ts';
import { isTablePath } from './read-predictions.ts';

/** The dataset that both models are to be judged on. */
export interface JudgedDataset extends DatasetIdentity {
  readonly table: TableDescription;
}

/** What comparing rows needs. */
export interface ChampionDataPorts {
  readonly tables: TableReader;
  readonly hasher: Pick<ArtifactHasher, 'hash'>;
  /** Absolute path of a file of the repository. */
  readonly resolve: (path: string) => string;
}

/**
 * Why a champion must not be judged on a dataset other than its own: a clause; undefined where it may. It may where the
 * dataset is newer, or where none of its rows is in the tables that the champion was trained on, as far as the workspace
 * still holds them unchanged.
 */
export async function championDataProblem(
  history: ChampionHistory,
  dataset: JudgedDataset,
  ports: ChampionDataPorts,
): Promise<string | undefined> {
  const relation = compareData(dataset, history);
  if (relation === 'seen') return 'it was trained on this very dataset';
  if (relation !== 'unknown') return undefined;
  const tables = history.trainedOn.filter(({ path }) => isTablePath(path));
  const unclear = 'it was judged on another dataset, and this one is not known to be new to it';
  if (tables.length === 0) return `${unclear}: its training data are not recorded as tables`;
  for (const { path, digest } of tables) {
    const file = ports.resolve(path);
    if ((await digestOf(file, ports)) !== digest) return `${unclear}: ${path}, which it was trained on, is not here`;
    const shared = await ports.tables.sharedRows(dataset.table, await ports.tables.describe(file));
    if (shared > 0) return `it was trained on ${shared} rows of this dataset (${path})`;
  }
  return undefined;
}

async function digestOf(file: string, { hasher }: ChampionDataPorts): Promise<string | undefined> {
  try {
    return (await hasher.hash(file)).digest;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
