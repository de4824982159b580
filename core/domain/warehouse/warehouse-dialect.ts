import { type SqlDialect, sqlNumber, tableOfValues } from '../aggregates/sql-dialect.ts';
import type { TableColumnType } from '../table/table.ts';

/** The engines that hold data, by the names of `warehouse.dialect`. */
export const DIALECT_NAMES = ['trino', 'spark', 'bigquery', 'snowflake', 'databricks', 'postgres', 'duckdb'] as const;

/** A name of `warehouse.dialect`. */
export type DialectName = (typeof DIALECT_NAMES)[number];

/** A version of a table: a number of a snapshot, or an instant (ISO 8601 in UTC). */
export type TableVersion =
  | { readonly kind: 'snapshot'; readonly number: string }
  | { readonly kind: 'instant'; readonly at: string };

/** Further functions that engines of warehouses spell in different ways: each is one line of SQL. */
export interface WarehouseDialect extends SqlDialect {
  readonly name: DialectName;
  /** A name that holds whatever characters it has. */
  readonly identifier: (name: string) => string;
  /** The name of a table, of its parts from the outermost one. */
  readonly table: (parts: readonly string[]) => string;
  /** SQL after FROM for a version of a table; undefined if the engine has no such versions. */
  readonly versionOf: (table: string, version: TableVersion) => string | undefined;
  /** A value as text. */
  readonly text: (value: string) => string;
  /** The bytes of a text in UTF-8, as hexadecimal digits. */
  readonly hex: (text: string) => string;
  /** The engine's name of a value's type, as text. */
  readonly typeOf: (value: string) => string;
  /** A time as milliseconds since 1970-01-01 UTC; a time without a zone is taken as UTC. */
  readonly epochMs: (value: string, type: string) => string;
  /** Quantiles of all values that are not NULL, one column each. */
  readonly quantile: (value: string, share: number) => string;
}

/** Functions that a dialect adds to the shared ones. */
export type OwnDialect = Omit<WarehouseDialect, 'literal' | 'small' | 'scatter' | 'table' | 'numbered' | 'countIf'> &
  Partial<Pick<WarehouseDialect, 'small' | 'table' | 'numbered' | 'countIf'>> & {
    /** SQL of a text of the given hexadecimal digits. */
    readonly fromHex: (digits: string) => string;
  };

/** Texts without a character that some engine reads as more than itself. */
const PLAIN = /^[\w .,:+/-]*$/;

/** Fills in what warehouses share: a row has no number there, so a hash of its key represents it. */
export function warehouseDialect({ fromHex, ...own }: OwnDialect): WarehouseDialect {
  return {
    small: own.whole,
    scatter: (row, parts) => `mod(${row}, ${parts})`,
    table: (parts) => parts.map(own.identifier).join('.'),
    numbered: tableOfValues,
    countIf: (condition) => `COUNT(CASE WHEN ${condition} THEN 1 END)`,
    ...own,
    literal: (value) => {
      if (typeof value === 'number') return sqlNumber(value);
      return PLAIN.test(value) && !value.includes('--') ? `'${value}'` : fromHex(hexOf(value));
    },
  };
}

function hexOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A name between double quotes, as standard SQL has it. */
export function doubleQuoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name between backticks, those in it doubled. */
export function backticked(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A selection from a version of a table: engines differ in where an alias is. */
export function selectedVersion(table: string, clause: string): string {
  return `(SELECT * FROM ${table} ${clause})`;
}

const TYPES: readonly (readonly [RegExp, TableColumnType])[] = [
  [/^(?:u?(?:tiny|small|big|huge|medium)?int(?:eger)?\d*|byteint|number\(\d+, ?0\))$/, 'integer'],
  [/^(?:double(?: precision)?|float\d*|real|(?:big)?(?:decimal|numeric)|number)$/, 'real'],
  [/^bool(?:ean)?$/, 'boolean'],
  [/^(?:date|datetime|timestamp.*)$/, 'time'],
  [/^(?:(?:n?var)?char(?:acter)?(?: varying)?|string|text|uuid|name|bpchar)$/, 'text'],
];

/**
 * Type of a column, by the engine's name of it.
 *
 * @example columnTypeOf('decimal(10,2)') // => 'real'
 */
export function columnTypeOf(sqlType: string): TableColumnType {
  // Snowflake adds how a value is stored: NUMBER(38,0)[SB1].
  const type = (sqlType.toLowerCase().split('[', 1)[0] ?? '').trim();
  const [before = '', ...rest] = type.split('(');
  const after = rest.join('(').split(')').slice(1).join(')');
  const bare = /^number\(\d+, ?0\)$/.test(type) ? type : `${before}${after}`.trim();
  return TYPES.find(([pattern]) => pattern.test(bare))?.[1] ?? 'other';
}
