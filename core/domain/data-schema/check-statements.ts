import { DUCKDB } from '../aggregates/sql-dialect.ts';
import { formatInstant } from '../time/instant.ts';
import type { CheckPlan, PlannedColumn } from './check-plan.ts';
import type { DataSchema } from './data-schema.ts';
import type { RowCheck } from './schema-checks.ts';
import { type ExampleRow, HIDDEN_VALUE } from './violation.ts';

/** Numbers that one pass over a table gives. */
export interface CheckCounts {
  readonly rows: number;
  /** Rows with a value, by column. */
  readonly present: ReadonlyMap<string, number>;
  /** Violations, by check. */
  readonly violated: ReadonlyMap<RowCheck, number>;
  /** Values that are there again, by column that must be unique. */
  readonly repeated: ReadonlyMap<string, number>;
  /** Rows whose key is there again. */
  readonly repeatedKeys: number;
  /** Milliseconds; NaN where no row has a time. */
  readonly newestMs: number;
}

/** A SELECT of numbers, and how its one row is read. */
export interface NumbersQuestion<Answer> {
  readonly sql: string;
  readonly width: number;
  readonly read: (row: readonly (number | null)[]) => Answer;
}

/** The one statement that counts all violations of row checks, repeated values and keys, in one pass. */
export function countQuestion(schema: DataSchema, plan: CheckPlan, from: string): NumbersQuestion<CheckCounts> {
  const selected: string[] = [];
  const add = (sql: string) => selected.push(`${sql} AS c${selected.length}`) - 1;
  const rows = add('COUNT(*)');
  const present = plan.columns.map(({ name, values }) => [name, add(`COUNT(${values.raw})`)] as const);
  const checks = plan.columns.flatMap(({ checks: all }) => all);
  const violated = checks.map((check) => [check, add(DUCKDB.countIf(check.isViolated))] as const);
  const unique = plan.columns
    .filter(({ schema: column }) => column.unique)
    .map(({ name, values: { raw } }) => [name, add(`COUNT(${raw}) - COUNT(DISTINCT ${raw})`)] as const);
  const key = keyParts(schema, plan);
  const repeatedKeys = key.length === 0 ? undefined : add(`COUNT(*) - COUNT(DISTINCT row(${key.join(', ')}))`);
  const time = plan.columns.find(({ name }) => name === schema.time?.column);
  const newest = time === undefined ? undefined : add(`MAX(${time.values.value})`);
  return {
    sql: `SELECT ${selected.join(', ')} FROM ${from}`,
    width: selected.length,
    read: (row) => ({
      rows: row[rows] ?? 0,
      present: new Map(present.map(([name, at]) => [name, row[at] ?? 0])),
      violated: new Map(violated.map(([check, at]) => [check, row[at] ?? 0])),
      repeated: new Map(unique.map(([name, at]) => [name, row[at] ?? 0])),
      repeatedKeys: repeatedKeys === undefined ? 0 : (row[repeatedKeys] ?? 0),
      newestMs: newest === undefined ? Number.NaN : (row[newest] ?? Number.NaN),
    }),
  };
}

/** Chosen: enough to recognise what is wrong. */
export const EXAMPLE_ROWS = 3;
const SHOWN_CHARACTERS = 100;

/** SELECT of the first rows that violate a check: `c0` the number of the row from 0, `c1` the value as text or NULL. */
export function exampleSql(column: PlannedColumn | undefined, isViolated: string, from: string): string {
  const value = column === undefined ? 'NULL' : column.schema.sensitive ? `'${HIDDEN_VALUE}'` : shownSql(column);
  return `SELECT CAST(row_no AS DOUBLE) AS c0, CAST(${value} AS VARCHAR) AS c1 FROM ${from} WHERE ${isViolated} ORDER BY row_no LIMIT ${EXAMPLE_ROWS}`;
}

function shownSql({ related, values: { raw } }: PlannedColumn): string {
  if (related.type === 'boolean') return `CASE WHEN ${raw} = 1 THEN 'true' WHEN ${raw} = 0 THEN 'false' END`;
  return related.type === 'text' ? `substr(${raw}, 1, ${SHOWN_CHARACTERS})` : raw;
}

/** SQL after FROM: rows whose value, or key, is there before, as `is_repeated`. */
export function repeatedFrom(keys: readonly string[], from: string): string {
  const key = keys.join(', ');
  return `(SELECT *, row_number() OVER (PARTITION BY ${key} ORDER BY row_no) > 1 AS is_repeated FROM ${from}) AS numbered`;
}

/** SQL of the parts of a key; empty where a column of it is not there. */
export function keyParts({ key }: DataSchema, { columns }: CheckPlan): readonly string[] {
  const parts = key.flatMap((name) => columns.find((column) => column.name === name)?.values.raw ?? []);
  return parts.length === key.length ? parts : [];
}

/** Example rows of an answer. */
export function readExamples(
  column: PlannedColumn | undefined,
  rows: readonly (number | string | null)[],
  values: readonly (number | string | null)[],
): readonly ExampleRow[] {
  return rows.map((row, at) => ({ row: Number(row) + 1, value: shownValue(column, values[at] ?? null) }));
}

function shownValue(column: PlannedColumn | undefined, value: number | string | null): string | null {
  if (value === null || column === undefined) return null;
  if (column.schema.sensitive || column.related.type === 'text') return String(value);
  if (column.related.type === 'boolean') return String(value);
  const number = Number(value);
  if (column.related.type !== 'time') return String(number);
  return formatInstant(number);
}
