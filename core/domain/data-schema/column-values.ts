import { DUCKDB, isFiniteSql } from '../aggregates/sql-dialect.ts';
import type { TableColumn, TableDescription } from '../table/table.ts';
import type { DeclaredType } from './data-schema.ts';

/** A column of a relation, as the type that a schema declares. */
export interface ColumnValues {
  /** SQL of the value as it is in the relation; NULL where it is missing. */
  readonly raw: string;
  /** SQL of the value as the declared type: text, or a number (a time in milliseconds); NULL where it is none. */
  readonly value: string;
  /** SQL of a condition: a value is there, and it is not of the declared type. */
  readonly isOther: string;
}

/**
 * Type in which a relation has to give a column, so that the declared type can be checked value by value.
 *
 * @param isCompared Its values are compared with each other, as those of a key are.
 */
export function relatedType(
  column: TableColumn,
  { declared, isCompared }: { readonly declared: DeclaredType; readonly isCompared: boolean },
): TableColumn['type'] {
  // Milliseconds and doubles make one value of two: the text of a time and of a decimal number has all of its digits.
  if (isCompared && (column.type === 'time' || column.noText === 'decimal numbers')) return 'text';
  // Text keeps leading zeros; and digits that doubles do not have.
  if (declared === 'text' || column.isInexact === true) return 'text';
  return column.type;
}

/** Types of a column, and the way in which its file holds it. */
export interface ValuesOptions {
  /** Type in which the relation gives it. */
  readonly related: TableColumn['type'];
  readonly declared: DeclaredType;
  readonly form: TableDescription['form'];
  /** The file holds its values as text, as all values of a CSV file are. */
  readonly isStoredText: boolean;
}

/** True if a file holds the values of a column as text. */
export function isStoredText({ type, isWritten }: TableColumn, form: TableDescription['form']): boolean {
  if (form?.format === 'csv' || type === 'text' || isWritten === true) return true;
  return form?.format === 'jsonl' && type === 'time';
}

/**
 * SQL of a column's values as the declared type.
 *
 * @param name The column in the relation.
 */
export function columnValues(name: string, { related, declared, form, isStoredText }: ValuesOptions): ColumnValues {
  const raw = related === 'text' && declared !== 'text' ? withoutMissing(name, form) : presentSql(name, related);
  const never = { raw, value: 'NULL', isOther: `${raw} IS NOT NULL` };
  if (declared === 'other') return { raw, value: 'NULL', isOther: 'false' };
  if (declared === 'text') return isStoredText ? { raw, value: raw, isOther: 'false' } : never;
  if (related === 'text') return ofText(raw, declared);
  if (declared === 'time') return related === 'time' ? { raw, value: raw, isOther: 'false' } : never;
  if (related === 'time') return never;
  if (declared === 'boolean') return checked(raw, raw, `${raw} IN (0, 1)`);
  if (related === 'boolean') return never;
  // Infinity is a number that no range has.
  if (declared === 'real' || related === 'integer') return { raw, value: raw, isOther: 'false' };
  return checked(raw, raw, `${isFiniteSql(raw)} AND ${raw} = floor(${raw})`);
}

/** A value that is not a number counts as missing, as in pandas. */
function presentSql(name: string, related: TableColumn['type']): string {
  return related === 'real' ? `CASE WHEN isnan(${name}) THEN NULL ELSE ${name} END` : name;
}

/** Texts that mean "missing" in columns of numbers, where a single text made the column one of text. */
function withoutMissing(name: string, form: TableDescription['form']): string {
  const texts = form?.missing?.elsewhere ?? [];
  const listed = ["''", ...texts.map((text) => DUCKDB.literal(text))].join(', ');
  return `CASE WHEN trim(${name}) IN (${listed}) THEN NULL ELSE ${name} END`;
}

const TRUE = "('true', '1')";
const FALSE = "('false', '0')";

function ofText(raw: string, declared: 'integer' | 'real' | 'boolean' | 'time'): ColumnValues {
  const text = `trim(${raw})`;
  if (declared === 'boolean') {
    const value = `CASE WHEN lower(${text}) IN ${TRUE} THEN 1 WHEN lower(${text}) IN ${FALSE} THEN 0 END`;
    return { raw, value, isOther: `(${raw} IS NOT NULL AND (${value}) IS NULL)` };
  }
  if (declared === 'time') {
    const value = `epoch_ms(TRY_CAST(${text} AS TIMESTAMPTZ))`;
    const isTime = `regexp_full_match(${text}, '\\d{4}[-/]\\d{1,2}[-/]\\d{1,2}.*')`;
    return checked(raw, `CASE WHEN ${isTime} THEN CAST(${value} AS DOUBLE) END`, `${isTime} AND ${value} IS NOT NULL`);
  }
  const number = `TRY_CAST(${text} AS DOUBLE)`;
  const isNumber =
    declared === 'integer'
      ? `regexp_full_match(${text}, '[+-]?\\d+([.]0*)?')`
      : `regexp_full_match(${text}, '[+-]?(\\d+([.]\\d*)?|[.]\\d+)([eE][+-]?\\d+)?')`;
  return checked(raw, `CASE WHEN ${isNumber} THEN ${number} END`, isNumber);
}

/** A value that does not satisfy a condition is of another type. */
function checked(raw: string, value: string, isOf: string): ColumnValues {
  return {
    raw,
    value: `CASE WHEN ${isOf} THEN ${value} END`,
    isOther: `(CASE WHEN ${raw} IS NULL THEN false ELSE NOT coalesce(${isOf}, false) END)`,
  };
}
