import { UserError } from '../../errors.ts';
import { type ColumnValues, flagsAsNumbers, rowCount } from '../table/column-values.ts';
import type { TableColumn } from '../table/table.ts';

/** Column that names each example. */
export const ID_COLUMN = 'id';
/** Column of the examples that belong together, where tidegate.yaml names none. */
export const GROUP_COLUMN = 'group';

/**
 * Chosen: the error of a mean is computed from fourth powers, which stay finite below 1e77; a value of a metric is far from
 * it.
 */
const VALUES_BELOW = 1e60;

/** Values per example, checked. */
export interface ExampleTable {
  /** Unique, in the order of the rows; a number is written as its shortest text. */
  readonly ids: readonly string[];
  /** Finite numbers by column. */
  readonly values: ReadonlyMap<string, Float64Array>;
  /** Further columns: groups and slices. */
  readonly columns: ReadonlyMap<string, ColumnValues>;
}

/** The rows of a file of examples, and its name in messages. */
export interface ReadExamples {
  readonly shown: string;
  readonly described: readonly TableColumn[];
  readonly columns: ReadonlyMap<string, ColumnValues>;
}

/**
 * Checks the rows of a file of examples.
 *
 * @param metrics Columns that are judged, each of them in the file.
 * @throws {UserError} DATA_INVALID for no rows; an id that is missing or there twice; a value that is missing, not finite or
 *   too large to sum; a column of another kind. It names the row, from 1.
 */
export function checkExamples(read: ReadExamples, metrics: readonly string[]): ExampleTable {
  const ids = checkIds(read);
  const values = metrics.map((name): [string, Float64Array] => [name, checkValues(read, name)]);
  return { ids, values: new Map(values), columns: read.columns };
}

function checkIds(read: ReadExamples): readonly string[] {
  const { shown, described, columns } = read;
  const column = columns.get(ID_COLUMN);
  const of = described.find(({ name }) => name === ID_COLUMN);
  if (column === undefined || of?.type === 'other') {
    throw invalid(
      `${shown} has no column ${ID_COLUMN}`,
      'Write an id for each example: both models are compared by it.',
    );
  }
  if (of?.isInexact === true) {
    throw invalid(
      `${shown}: ${ID_COLUMN} has whole numbers beyond 2^53, of which some look alike`,
      'Write them as text.',
    );
  }
  const rows = rowCount(column);
  if (rows === 0) throw invalid(`${shown} has no rows`, 'Check the program that wrote it: it has one row per example.');
  const known = new Map<string, number>();
  for (let row = 0; row < rows; row++) {
    const id = idAt(column, row);
    if (id === undefined || id === '') throw invalid(`${shown}: ${ID_COLUMN} is missing in row ${row + 1}`, FIX_IDS);
    const earlier = known.get(id);
    if (earlier !== undefined) {
      throw invalid(
        `${shown}: ${ID_COLUMN} "${id.slice(0, 80)}" is in row ${earlier + 1} and in row ${row + 1}`,
        FIX_IDS,
      );
    }
    known.set(id, row);
  }
  return [...known.keys()];
}

const FIX_IDS = 'Give each example an id of its own that stays the same from run to run.';

function idAt(column: ColumnValues, row: number): string | undefined {
  if (column.kind === 'categorical') return column.categories[column.codes[row] ?? -1];
  const value = column.values[row] ?? Number.NaN;
  return Number.isFinite(value) ? String(value) : undefined;
}

function checkValues({ shown, described, columns }: ReadExamples, name: string): Float64Array {
  const column = columns.get(name);
  const values = column?.kind === 'categorical' ? flagsAsNumbers(column) : column?.values;
  if (column === undefined || column.kind === 'time' || values === undefined) {
    const first = described.find((one) => one.name === name)?.firstText;
    const where = first === undefined ? '' : `: row ${first.row} has "${first.text.slice(0, 80)}"`;
    throw invalid(`${shown}: column ${name} is not numeric${where}`, 'Write a number per example, or true and false.');
  }
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN;
    if (Math.abs(value) < VALUES_BELOW) continue;
    const what = Number.isFinite(value) ? `${value}, which is too large to judge` : 'missing or not a finite number';
    throw invalid(
      `${shown}: ${name} is ${what} in row ${row + 1}`,
      'Write the value that an example without an answer counts with, or leave the example out for both models.',
    );
  }
  return values;
}

function invalid(message: string, fix: string): UserError {
  return new UserError('DATA_INVALID', message, { fix });
}
