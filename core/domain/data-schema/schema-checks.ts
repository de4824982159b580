import { DUCKDB } from '../aggregates/sql-dialect.ts';
import type { ColumnValues } from './column-values.ts';
import { type ColumnSchema, type DataSchema, type SchemaValue, type Severity, schemaTimeMs } from './data-schema.ts';

/** Kinds of checks. */
export const CHECK_KINDS = [
  'rows',
  'column',
  'extra-column',
  'type',
  'missing',
  'range',
  'values',
  'pattern',
  'length',
  'unique',
  'key',
  'freshness',
  'constant',
  'overlap',
  'key-overlap',
  'label-conflict',
  'time-order',
  'leakage',
] as const;

/** A kind of check. */
export type CheckKind = (typeof CHECK_KINDS)[number];

/** A check of each row: SQL of a condition that is true for rows that violate it. */
export interface RowCheck {
  readonly kind: CheckKind;
  readonly column: string;
  /** SQL; true for a violation. */
  readonly isViolated: string;
  /** Denominator of the share: all rows, or rows with a value. */
  readonly of: 'rows' | 'values';
  /** Highest share of violations, in [0, 1]. */
  readonly allowed: number;
  /** Demand on a value, for people: `between 0 and 120`. */
  readonly demand: string;
  readonly severity: Severity;
}

/** The checks of one column that look at each row by itself. */
export function rowChecks(column: string, schema: ColumnSchema, values: ColumnValues): readonly RowCheck[] {
  const { severity, maxMissing, mostly, type } = schema;
  const check = (kind: CheckKind, isViolated: string, demand: string): RowCheck => ({
    ...{ kind, column, isViolated, demand, severity, of: 'values', allowed: 1 - mostly },
  });
  const isMissing: RowCheck = {
    ...{ kind: 'missing', column, isViolated: `${values.raw} IS NULL`, of: 'rows', allowed: maxMissing, severity },
    demand: maxMissing === 0 ? 'present in every row' : `missing in at most ${percentOf(maxMissing)} of the rows`,
  };
  return [
    ...(type === 'other' ? [] : [isMissing]),
    ...(values.isOther === 'false' ? [] : [check('type', values.isOther, `of type ${type}`)]),
    ...rangeCheck(schema, values.value, check),
    ...valuesCheck(schema, values.value, check),
    ...textChecks(schema, values.value, check),
  ];
}

type MakeCheck = (kind: CheckKind, isViolated: string, demand: string) => RowCheck;

function rangeCheck({ min, max, type }: ColumnSchema, value: string, check: MakeCheck): readonly RowCheck[] {
  if (min === undefined && max === undefined) return [];
  const bound = (limit: number | string) =>
    DUCKDB.literal(type === 'time' || typeof limit === 'string' ? schemaTimeMs(String(limit)) : limit);
  const below = min === undefined ? [] : [`${value} < ${bound(min)}`];
  const above = max === undefined ? [] : [`${value} > ${bound(max)}`];
  return [check('range', `(${[...below, ...above].join(' OR ')})`, rangeWords(min, max))];
}

/** A range for people. */
export function rangeWords(min: number | string | undefined, max: number | string | undefined): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `between ${min} and ${max}`;
}

function valuesCheck({ values, type, sensitive }: ColumnSchema, value: string, check: MakeCheck): readonly RowCheck[] {
  if (values === undefined) return [];
  const listed = values.map((one) => DUCKDB.literal(sqlValue(one, type))).join(', ');
  return [
    check(
      'values',
      `${value} NOT IN (${listed})`,
      sensitive ? `one of the ${values.length} allowed values` : `one of ${listWords(values)}`,
    ),
  ];
}

function sqlValue(value: SchemaValue, type: ColumnSchema['type']): string | number {
  if (type === 'text') return String(value);
  return type === 'time' ? schemaTimeMs(String(value)) : Number(value);
}

/** Chosen: a person recognises a list by its first values. */
const SHOWN_VALUES = 10;

/** A list of values for people, cut where it is long. */
export function listWords(values: readonly SchemaValue[]): string {
  const shown = values.slice(0, SHOWN_VALUES).map((one) => JSON.stringify(one).slice(0, 80));
  const more = values.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function textChecks(schema: ColumnSchema, value: string, check: MakeCheck): readonly RowCheck[] {
  const { type, pattern, minLength, maxLength } = schema;
  if (type !== 'text') return [];
  const ends = [
    ...(minLength === undefined ? [] : [`length(${value}) < ${minLength}`]),
    ...(maxLength === undefined ? [] : [`length(${value}) > ${maxLength}`]),
  ];
  return [
    ...(pattern === undefined
      ? []
      : [check('pattern', `NOT regexp_full_match(${value}, ${DUCKDB.literal(pattern)})`, `like ${pattern}`)]),
    ...(ends.length === 0
      ? []
      : [check('length', `(${ends.join(' OR ')})`, `${rangeWords(minLength, maxLength)} characters long`)]),
  ];
}

/** A share for people, with as many digits as it needs. */
export function percentOf(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** Columns of a schema of which no value is ever shown. */
export function sensitiveColumns(columns: DataSchema['columns'], named: readonly string[]): ReadonlySet<string> {
  const own = Object.entries(columns).flatMap(([name, { sensitive }]) => (sensitive ? [name] : []));
  return new Set([...named, ...own]);
}
