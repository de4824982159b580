import { compareValues } from '../evaluation/slice.ts';
import { type ColumnValues, rowCount } from '../table/column-values.ts';

/** A value of a group; null where it is missing. */
export type GroupValue = string | number | null;

/** Rows that share a value of a column. */
export interface RowGroup {
  readonly value: GroupValue;
  /** Row indexes, ascending. */
  readonly rows: Uint32Array;
}

/** Chosen: with more groups each is compared with each other 1,225 times, and the column is an identifier or a measurement. */
export const MOST_GROUPS = 50;

/**
 * The groups of a column: its values in ascending order, then the rows without a value, which are a group of their own.
 *
 * @returns Undefined for more than 50 groups.
 */
export function groupRows(column: ColumnValues): readonly RowGroup[] | undefined {
  const groups = new Map<GroupValue, number[]>();
  for (let i = 0; i < rowCount(column); i++) {
    const value = valueAt(column, i);
    const known = groups.get(value);
    if (known === undefined) groups.set(value, [i]);
    else known.push(i);
    if (groups.size > MOST_GROUPS) return undefined;
  }
  return [...groups]
    .sort(([a], [b]) => compareValues(a, b))
    .map(([value, rows]) => ({ value, rows: Uint32Array.from(rows) }));
}

/**
 * A group for people.
 *
 * @example formatGroup('sex', null) // => 'sex = missing'
 */
export function formatGroup(column: string, value: GroupValue): string {
  return `${column} = ${value ?? 'missing'}`;
}

function valueAt(column: ColumnValues, row: number): GroupValue {
  if (column.kind === 'categorical') return column.categories[column.codes[row] ?? -1] ?? null;
  const value = column.values[row] ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}
