import {
  binnedText,
  compareValues,
  refuseManyValues,
  type SliceDeclaration,
  type SliceKey,
} from '../evaluation/slice.ts';
import { finiteSql, type SqlDialect, sqlNumber } from './sql-dialect.ts';
import type { Cut } from './statement.ts';

/** Chosen: this number of comparisons take less than looking a value up in a table. */
const MOST_CASES = 16;
/** One more than a column may have. */
export const ASKED_VALUES = 202;

/** A column that slices are declared of, as a relation has it. */
export interface SlicedColumn {
  readonly declaration: SliceDeclaration;
  readonly sql: string;
  readonly kind: 'text' | 'numeric' | 'boolean';
}

/** A value of such a column; null where it is missing. */
export type SliceValue = string | number | null;

/** A slice that may have rows. */
export interface DeclaredSlice {
  readonly key: SliceKey;
  /** SQL of whether a row is in it; for values the value itself is compared. */
  readonly value: SliceValue | undefined;
}

/** SQL of the column's value: NULL where it is missing or not finite. */
export function sliceValueSql({ sql, kind }: SlicedColumn): string {
  return kind !== 'numeric' ? sql : finiteSql(sql);
}

/**
 * The slices of a declaration in the order in which they are shown.
 *
 * @param values All values of the column, or at least 201 of them.
 * @throws {UserError} DATA_INVALID for more than 200 values, or bins of text.
 */
export function declaredSlices(
  { declaration, kind }: SlicedColumn,
  values: readonly SliceValue[],
): readonly DeclaredSlice[] {
  const { column, bins } = declaration;
  if (bins !== undefined) {
    if (kind !== 'numeric') throw binnedText(column);
    return bins.slice(0, -1).map((from, at) => ({ key: { column, from, to: bins[at + 1] ?? from }, value: undefined }));
  }
  refuseManyValues(column, values.length);
  const named = values.map((value) => ({ key: { column, value: nameOf(value, kind) }, value }));
  return named.sort((a, b) => compareValues(a.key.value, b.key.value));
}

function nameOf(value: SliceValue, kind: SlicedColumn['kind']): SliceValue {
  return kind === 'boolean' && value !== null ? String(value === 1) : value;
}

/**
 * Some slices of a column, numbered in the order in which they are given.
 *
 * @param isTotal Every row is in one of them.
 */
export function cutOf(from: string, of: ColumnSlices, dialect: SqlDialect): Cut {
  const { column, slices, isTotal } = of;
  const count = slices.length;
  const isValue = slices.every(({ value }) => value !== undefined);
  if (isValue && count > MOST_CASES) return joinedCut(from, of, dialect);
  const last = column.declaration.bins?.at(-1);
  // Rows of no other slice are in the last one.
  const cut = isTotal ? slices.slice(0, -1) : slices;
  const cases = cut.map((slice, at) => `WHEN ${conditionOf(column, slice, { last, dialect })} THEN ${at}`);
  const otherwise = isTotal ? String(count - 1) : 'NULL';
  const code = cases.length === 0 ? otherwise : `CASE ${cases.join(' ')} ELSE ${otherwise} END`;
  return { from, code, count, isTotal };
}

/** Slices of a relation's column. */
export interface ColumnSlices {
  readonly column: SlicedColumn;
  readonly slices: readonly DeclaredSlice[];
  readonly isTotal: boolean;
}

function joinedCut(from: string, { column, slices, isTotal }: ColumnSlices, dialect: SqlDialect): Cut {
  const sql = sliceValueSql(column);
  const rows = slices.flatMap(({ value }, at) =>
    value === null || value === undefined ? [] : [[dialect.literal(value), at] as const],
  );
  const missing = slices.findIndex(({ value }) => value === null);
  const joined = `${from} LEFT JOIN ${dialect.numbered(rows, 'cut')} ON ${sql} = cut.value`;
  const code = missing === -1 ? 'cut.code' : `CASE WHEN ${sql} IS NULL THEN ${missing} ELSE cut.code END`;
  return { from: joined, code, count: slices.length, isTotal };
}

function conditionOf(
  column: SlicedColumn,
  { key, value }: DeclaredSlice,
  { last, dialect }: { readonly last: number | undefined; readonly dialect: SqlDialect },
): string {
  const { sql } = column;
  if ('from' in key) {
    return `${sql} >= ${sqlNumber(key.from)} AND ${sql} ${key.to === last ? '<=' : '<'} ${sqlNumber(key.to)}`;
  }
  return value === null || value === undefined
    ? `${sliceValueSql(column)} IS NULL`
    : `${sql} = ${dialect.literal(value)}`;
}
