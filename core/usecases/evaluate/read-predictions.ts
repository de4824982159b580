import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import { type ColumnValues, flagsAsNumbers } from '../../domain/table/column-values.ts';
import { UserError } from '../../errors.ts';
import type { ShownPath } from './evaluation-request.ts';
import { type ScoringPorts, scoreDataset } from './score-dataset.ts';

const TABLE = /\.(parquet|csv|tsv|jsonl|ndjson)(\.gz|\.zst)?$/i;

/** Columns that tidegate.yaml names, either or none. */
interface DeclaredColumns {
  readonly path?: string | undefined;
  readonly score?: string | undefined;
  readonly prediction?: string | undefined;
}

/** True if a path is that of a table of predictions rather than of a model. */
export function isTablePath(path: string): boolean {
  return TABLE.test(path);
}

/**
 * The columns that predictions are read from: the one of tidegate.yaml; else `prediction` for regression, `score` for two
 * classes, `score_<class>` for each of several.
 */
export function predictionColumns(
  { task, evaluate }: ScoredModelConfig,
  classes: readonly string[] | null,
): readonly string[] {
  const declared: DeclaredColumns | undefined = evaluate.predictions;
  const named = declared?.score ?? declared?.prediction;
  if (task === 'regression') return [named ?? 'prediction'];
  if (task === 'binary-classification') return [named ?? 'score'];
  return (classes ?? []).map((label) => `${named ?? 'score'}_${label}`);
}

/**
 * Scores that were computed elsewhere: one row for each row of the dataset, in its order.
 *
 * @returns One number a row and column, row by row.
 * @throws {UserError} DATA_INVALID for another number of rows, missing columns, or what is not a number.
 */
export async function readPredictions(
  path: ShownPath,
  { columns: names, rows }: { readonly columns: readonly string[]; readonly rows: number },
  ports: ScoringPorts,
): Promise<Float64Array> {
  const table = await ports.tables.describe(path.absolute);
  const { columns } = await scoreDataset({ table, models: [], keep: names }, ports);
  return predictionScores(columns, { names, path, rows });
}

/**
 * The scores in the columns of a table of predictions.
 *
 * @returns One number a row and name, row by row.
 * @throws {UserError} DATA_INVALID for another number of rows, or what is not a number.
 */
export function predictionScores(
  columns: ReadonlyMap<string, ColumnValues>,
  { names, path, rows }: { readonly names: readonly string[]; readonly path: ShownPath; readonly rows: number },
): Float64Array {
  const parts = names.map((name) => checked(columns.get(name), { name, path, rows }));
  return interleave(parts, rows);
}

/** The numbers of all columns row by row; of one column they are its own. */
export function interleave(columns: readonly Float64Array[], rows: number): Float64Array {
  const [only] = columns;
  if (only !== undefined && columns.length === 1) return only;
  const joined = new Float64Array(rows * columns.length);
  for (const [at, values] of columns.entries()) {
    for (let row = 0; row < rows; row++) joined[row * columns.length + at] = values[row] ?? Number.NaN;
  }
  return joined;
}

function checked(
  column: ColumnValues | undefined,
  { name, path, rows }: { readonly name: string; readonly path: ShownPath; readonly rows: number },
): Float64Array {
  const values = column === undefined ? undefined : numbersOf(column);
  if (values?.length === rows) return values;
  const what = values === undefined ? 'is not numeric' : `has ${values.length} rows and the dataset ${rows}`;
  throw new UserError('DATA_INVALID', `${path.shown}: column ${name} ${what}`, {
    fix: 'Write one prediction per row of the dataset, in the same order.',
  });
}

/** Decisions may be written as booleans. */
function numbersOf(column: ColumnValues): Float64Array | undefined {
  if (column.kind === 'numeric') return column.values;
  return column.kind === 'categorical' ? flagsAsNumbers(column) : undefined;
}
