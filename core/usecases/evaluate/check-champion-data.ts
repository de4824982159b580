import { tableFormat } from '../../domain/data/table-format.ts';
import { type ChampionHistory, compareData, type DatasetIdentity } from '../../domain/evaluation/champion-data.ts';
import type { CsvOptions, TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { TableReader } from '../../ports/evaluate/table-reader.ts';

/** The dataset that both models are to be judged on. */
export interface JudgedDataset extends DatasetIdentity {
  readonly table: TableDescription;
}

/** Brings a path of the repository into the workspace where it can, and says what is there then. */
export type BringData = (path: string) => Promise<'file' | 'folder' | 'absent'>;

/** Dependencies of comparing rows. */
export interface ChampionDataPorts {
  readonly tables: TableReader;
  readonly hasher: Pick<ArtifactHasher, 'hash'>;
  readonly bringData: BringData;
  /** Absolute path of a file or folder of the repository. */
  readonly resolve: (path: string) => string;
  /** Format of the tables. */
  readonly csv?: CsvOptions | undefined;
}

/** True if a champion may be judged on a dataset: why not, or what people should know; neither where nothing is to say. */
export interface ChampionDataFinding {
  /** A clause. */
  readonly problem?: string;
  /** A clause. */
  readonly note?: string;
}

/**
 * True if a champion may be judged on a dataset other than its own: where the dataset is newer, or where none of its rows
 * is in the tables that the champion was trained on. Tables that changed since are looked at as they are now, and the
 * finding says so.
 */
export async function checkChampionData(
  history: ChampionHistory,
  dataset: JudgedDataset,
  ports: ChampionDataPorts,
): Promise<ChampionDataFinding> {
  const relation = compareData(dataset, history);
  if (relation === 'seen') return { problem: 'it was trained on this dataset' };
  if (relation === 'same') return {};
  if (relation === 'newer') return { note: 'it was judged on older data; both models are scored on the new data' };
  const seen = await sharedRows({ who: 'it', trainedOn: history.trainedOn }, dataset, ports);
  if ('problem' in seen) return seen;
  if (seen.compared === 0) {
    return {
      problem: 'it was judged on another dataset, and no table of its training data is available for a comparison',
    };
  }
  const { changed } = seen;
  const since = changed.length === 0 ? '' : `, as ${changed.join(' and ')} ${changed.length === 1 ? 'is' : 'are'} now`;
  return { note: `it was judged on other data; no row of this dataset is in its training data${since}` };
}

/**
 * A clause that says which rows of a dataset a candidate was trained on, where its dataset is not the one that the champion
 * was judged on; undefined where none of its training tables has any. A candidate that has seen the new rows is not better
 * for being better on them.
 */
export async function candidateProblem(
  { history, trainedOn }: { readonly history: ChampionHistory; readonly trainedOn: ChampionHistory['trainedOn'] },
  dataset: JudgedDataset,
  ports: ChampionDataPorts,
): Promise<string | undefined> {
  if (compareData(dataset, history) === 'same') return undefined;
  // A stage may name the test set among what it reads, to write metrics of it: that is not a training on it.
  const tables = trainedOn.filter(({ digest }) => digest !== dataset.digest);
  const seen = await sharedRows({ who: 'the candidate', trainedOn: tables }, dataset, ports);
  return 'problem' in seen ? seen.problem : undefined;
}

/** A model, as a clause names it, and the files that its training read. */
interface Trained {
  readonly who: 'it' | 'the candidate';
  readonly trainedOn: ChampionHistory['trainedOn'];
}

/** Compares a dataset with the tables of a training: what of it a model has seen, or which tables were compared. */
async function sharedRows(
  { who, trainedOn }: Trained,
  dataset: JudgedDataset,
  ports: ChampionDataPorts,
): Promise<{ readonly problem: string } | { readonly compared: number; readonly changed: readonly string[] }> {
  const changed: string[] = [];
  let compared = 0;
  for (const { path, digest } of trainedOn) {
    const other = await describeTable(path, dataset.table.files, ports);
    if (other === undefined) continue;
    const name = path === WHOLE ? 'the other tables of the repository' : path;
    if ('problem' in other) return { problem: `${who} was trained on ${name}, which cannot be read: ${other.problem}` };
    const shared = await ports.tables.sharedRows(dataset.table, other);
    if (shared === null) continue;
    if (shared > 0) return { problem: sharedProblem(shared, path, who) };
    compared += 1;
    if (path === WHOLE || (await ports.hasher.hash(ports.resolve(path))).digest !== digest) changed.push(name);
  }
  return { compared, changed };
}

/** Path of all that a command may have read, if tidegate.yaml does not say more. */
const WHOLE = '.';

function sharedProblem(shared: number, path: string, who: string): string {
  if (path !== WHOLE) return `${shared} rows of this dataset are in ${path}, which ${who} was trained on`;
  return `${shared} rows of this dataset are in other tables of the repository, which the command of ${who === 'it' ? 'its training' : who} may have read: train.deps says what it reads`;
}

/** undefined: a script, or a folder without tables, which is not what a model has seen rows of. */
async function describeTable(
  path: string,
  judged: readonly string[],
  { tables, bringData, resolve, csv }: ChampionDataPorts,
): Promise<TableDescription | { readonly problem: string } | undefined> {
  const found = await bringData(path);
  const isFile = found === 'file' || (found === 'absent' && /\.[a-z][\w]*$/i.test(path));
  if (isFile && tableFormat(path) === undefined) return undefined;
  try {
    // What a command was trained on is the whole repository, where no one says more: the dataset itself is in it.
    return await tables.describe(resolve(path), { ...csv, ...(found === 'folder' ? { without: judged } : {}) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const hasNoTable = found === 'folder' && error.code === 'DATA_NOT_FOUND';
    return hasNoTable ? undefined : { problem: error.message };
  }
}
