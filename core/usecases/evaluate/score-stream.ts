import type { BatchColumn, FeatureBatch, TableBatch, TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { TablePart } from '../../ports/evaluate/table-reader.ts';
import type { ShownPath } from './evaluation-request.ts';
import { interleave } from './read-predictions.ts';
import type { PlannedModel, ScoringPorts } from './score-dataset.ts';

/** The scores of a dataset, batch by batch. */
export interface ScoreStream {
  /**
   * The scores of the next rows.
   *
   * @throws {UserError} DATA_INVALID for fewer predictions than rows, or what is no number; what the model throws.
   */
  next(batch: FeatureBatch): Promise<Float64Array>;
  /** @throws {UserError} DATA_INVALID for more predictions than rows. */
  end(): Promise<void>;
  /** Stops reading. Idempotent. */
  close(): Promise<void>;
}

/** How predictions are read. */
export interface ScoreStreamOptions {
  /** One, or one for each class. */
  readonly columns: readonly string[];
  readonly batchRows: number;
}

/**
 * Scores of a model, or of a table of predictions: one row for each row of the dataset, in its order.
 *
 * @throws {UserError} For a table that is not there, or has no such column.
 */
export async function openScores(
  of: PlannedModel | ShownPath,
  options: ScoreStreamOptions,
  ports: ScoringPorts,
): Promise<ScoreStream> {
  if ('model' in of) {
    return { next: (batch) => of.model.score(batch, of.plan), end: async () => {}, close: async () => {} };
  }
  const { columns } = options;
  const table = await ports.tables.describe(of.absolute);
  const batches = ports.tables.read(table, options)[Symbol.asyncIterator]();
  const invalid = (what: string) =>
    new UserError('DATA_INVALID', `${of.shown}: column ${columns.join(', ')} ${what}`, {
      fix: 'Write one prediction per row of the dataset, in the same order.',
    });
  return {
    next: async ({ rows }) => {
      const { done, value } = await batches.next();
      const batch: TableBatch | undefined = done === true ? undefined : value;
      const scores = numbersOf(batch?.columns ?? []);
      if (scores === undefined) throw invalid('is not numeric');
      if (batch?.rows !== rows) throw invalid('has another number of rows than the dataset');
      return interleave(scores, rows);
    },
    end: async () => {
      if ((await batches.next()).done !== true) throw invalid('has more rows than the dataset');
    },
    close: async () => {
      await batches.return?.();
    },
  };
}

/** The dataset's rows in one stream with predictions that stand in tables of as many rows. */
export interface RowStream {
  readonly batches: AsyncIterable<FeatureBatch>;
  /** The scores of what is read beside the rows; undefined: they are not read there. */
  readonly beside: (of: PlannedModel | ShownPath) => ScoreStream | undefined;
}

/** What is read of a dataset. */
export interface RowsToRead extends ScoreStreamOptions {
  readonly table: TableDescription;
  readonly names: readonly string[];
  /** How many rows the table has. */
  readonly rows: number;
}

/** Reads a dataset beside the predictions of its rows where that can be: a stream less is a third of the work less. */
export async function openRows(
  { table, names, rows, columns, batchRows }: RowsToRead,
  contenders: readonly (PlannedModel | ShownPath | null)[],
  { tables }: ScoringPorts,
): Promise<RowStream> {
  const found: { readonly of: ShownPath; readonly part: TablePart }[] = [];
  for (const of of contenders) {
    if (of === null || 'model' in of || !of.absolute.endsWith('.parquet')) continue;
    const predictions = await tables.describe(of.absolute).catch(nothingOf);
    if (predictions === undefined || !columns.every((name) => isNumeric(predictions, name))) continue;
    if ((await tables.rowsAbove(predictions, rows - 1)) !== rows) continue;
    found.push({ of, part: { table: predictions, columns } });
  }
  const keys = [...names, ...found.flatMap((_, at) => columns.map((name) => besideKey(at, name)))];
  const parts = [{ table, columns: names }, ...found.map(({ part }) => part)];
  return {
    batches: keyed(tables.readBeside(parts, batchRows), keys),
    beside: (wanted) => {
      const at = found.findIndex(({ of }) => of === wanted);
      return at === -1 ? undefined : scoresBeside(columns.map((name) => besideKey(at, name)));
    },
  };
}

/** No name of a column has this character. */
function besideKey(at: number, name: string): string {
  return `\0${at} ${name}`;
}

function isNumeric({ columns }: TableDescription, wanted: string): boolean {
  const type = columns.find(({ name }) => name === wanted)?.type;
  return type !== undefined && type !== 'text' && type !== 'other';
}

async function* keyed(batches: AsyncIterable<TableBatch>, keys: readonly string[]): AsyncIterable<FeatureBatch> {
  for await (const { rows, columns } of batches) {
    yield { rows, columns: new Map(columns.map((values, at) => [keys[at] ?? '', values])) };
  }
}

function scoresBeside(keys: readonly string[]): ScoreStream {
  return {
    next: async ({ rows, columns }) => {
      const scores = numbersOf(keys.flatMap((key) => columns.get(key) ?? []));
      if (scores?.length !== keys.length) throw new RangeError('a batch without its scores');
      return interleave(scores, rows);
    },
    end: async () => {},
    close: async () => {},
  };
}

/** undefined: some column holds text. */
function numbersOf(columns: readonly BatchColumn[]): readonly Float64Array[] | undefined {
  const numbers = columns.flatMap((column) => (column.kind === 'numeric' ? [column.values] : []));
  return numbers.length === columns.length ? numbers : undefined;
}

/** What is wrong with a table is said where it is opened by itself. */
function nothingOf(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
  return undefined;
}
