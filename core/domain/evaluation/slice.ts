import { UserError } from '../../errors.ts';
import { type ColumnValues, rowCount } from '../table/column-values.ts';

/** A slice as tidegate.yaml declares it: every value of a column, or bins [from, to), the last one closed. */
export interface SliceDeclaration {
  readonly column: string;
  /** Ascending edges, at least 2. */
  readonly bins?: readonly number[] | undefined;
}

/** Rows that share a value or are in a bin. */
export type SliceKey =
  | { readonly column: string; readonly value: string | number | null }
  | { readonly column: string; readonly from: number; readonly to: number };

/** A slice with its rows. */
export interface DatasetSlice {
  readonly key: SliceKey;
  /** Row indexes, ascending. */
  readonly rows: Uint32Array;
}

/** Chosen: above this a column is an identifier or a measurement, and wants bins. */
const MAX_VALUES = 200;

/**
 * Cuts rows into slices: values in ascending order, missing ones last; bins as declared. Rows outside all bins, and
 * missing values of a binned column, are in no slice.
 *
 * @throws {UserError} DATA_INVALID for bins of text, or a column with more than 200 values.
 */
export function cutSlices(declaration: SliceDeclaration, column: ColumnValues): readonly DatasetSlice[] {
  return declaration.bins === undefined
    ? byValue(declaration.column, column)
    : byBin(declaration.column, declaration.bins, column);
}

/**
 * A slice for people.
 *
 * @example formatSlice({ column: 'dep_hour', from: 20, to: 24 }) // => 'dep_hour 20 to 24'
 */
export function formatSlice(key: SliceKey): string {
  return 'from' in key ? `${key.column} ${key.from} to ${key.to}` : `${key.column} = ${key.value ?? 'missing'}`;
}

/**
 * Refuses a column that is cut by value and has too many.
 *
 * @throws {UserError} DATA_INVALID.
 */
export function refuseManyValues(name: string, values: number): void {
  if (values <= MAX_VALUES) return;
  throw new UserError('DATA_INVALID', `slice column ${name} has more than ${MAX_VALUES} values`, {
    fix: `Add bins for it: { column: ${name}, bins: [...] }, or slice by another column.`,
  });
}

/** The error for bins of a column of text. */
export function binnedText(name: string): UserError {
  return new UserError('DATA_INVALID', `slice column ${name} has text and cannot be divided into bins`, {
    fix: `Remove bins of ${name}: each of its values becomes a slice.`,
  });
}

function byValue(name: string, column: ColumnValues): readonly DatasetSlice[] {
  const rows = new Map<string | number | null, number[]>();
  for (let i = 0; i < rowCount(column); i++) {
    const value = valueAt(column, i);
    const found = rows.get(value);
    if (found === undefined) rows.set(value, [i]);
    else found.push(i);
    refuseManyValues(name, rows.size);
  }
  return [...rows]
    .sort(([a], [b]) => compareValues(a, b))
    .map(([value, indexes]) => ({ key: { column: name, value }, rows: Uint32Array.from(indexes) }));
}

function byBin(name: string, bins: readonly number[], column: ColumnValues): readonly DatasetSlice[] {
  if (column.kind === 'categorical') {
    throw binnedText(name);
  }
  return bins.slice(0, -1).map((from, index) => {
    const to = bins[index + 1] ?? from;
    const isLast = index === bins.length - 2;
    const rows: number[] = [];
    column.values.forEach((value, row) => {
      if (value >= from && (value < to || (isLast && value === to))) rows.push(row);
    });
    return { key: { column: name, from, to }, rows: Uint32Array.from(rows) };
  });
}

function valueAt(column: ColumnValues, row: number): string | number | null {
  if (column.kind === 'categorical') return column.categories[column.codes[row] ?? -1] ?? null;
  const value = column.values[row] ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** Ascending, missing ones last. */
export function compareValues(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}
