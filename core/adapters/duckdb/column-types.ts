import type { TableColumnType } from '../../domain/table/table.ts';
import { literal } from './table-scan.ts';

/** Spellings of a missing value in a column of text: the default of pandas.read_csv (2 and later). */
const TEXT_MISSING =
  '#N/A,#N/A N/A,#NA,-1.#IND,-1.#QNAN,-NaN,-nan,1.#IND,1.#QNAN,<NA>,N/A,NA,NULL,NaN,None,n/a,nan,null'.split(',');
/** Further spellings of a missing value in columns of numbers, times and flags. */
const OTHERS_MISSING = ['?', '-'];

/** Texts that represent a missing value. */
export interface MissingTexts {
  readonly inText: readonly string[];
  readonly elsewhere: readonly string[];
}

/** @param declared What represents a missing value in every column; undefined: what pandas takes for one. */
export function missingTexts(declared: readonly string[] | undefined): MissingTexts {
  if (declared !== undefined) return { inText: declared, elsewhere: declared };
  return { inText: TEXT_MISSING, elsewhere: [...TEXT_MISSING, ...OTHERS_MISSING] };
}

/** A type that all values of a column may turn out to be of. */
export type CandidateType = Exclude<TableColumnType, 'text' | 'other'>;

/** Tried in this order. */
const CANDIDATES: readonly CandidateType[] = ['integer', 'real', 'boolean', 'time'];
const BOOLEANS = ['true', 'True', 'TRUE', 'false', 'False', 'FALSE'];
// The year first: whether 01/02 is in January or in February cannot be seen.
const TIME =
  '\\d{4}([-/])\\d{1,2}[-/]\\d{1,2}([ T]\\d{1,2}:\\d{2}(:\\d{2}([.]\\d+)?)?\\s*(Z|UTC|[+-]\\d{2}(:?\\d{2})?)?)?';
const INTEGER = '[+-]?\\d{1,18}';
const PATTERNS: Readonly<Record<CandidateType, RegExp>> = {
  integer: new RegExp(`^${INTEGER}$`),
  real: /^[+-]?(\d+([.]\d*)?|[.]\d+)(e[+-]?\d+)?$|^[+-]?(inf|infinity)$/i,
  boolean: new RegExp(`^(${BOOLEANS.join('|')})$`),
  time: new RegExp(`^${TIME}$`),
};

/** True if a text may be a value of a type. */
export function mayBe(type: CandidateType, text: string): boolean {
  return PATTERNS[type].test(text.trim());
}

/** The types that no text of a column refutes, in the order in which they are tried. */
export function candidatesFor(texts: readonly (string | null)[], missing: MissingTexts): readonly CandidateType[] {
  const found = texts.flatMap((text) => (text === null || missing.elsewhere.includes(text.trim()) ? [] : [text]));
  return CANDIDATES.filter((type) => found.every((text) => text.trim() === '' || mayBe(type, text)));
}

/**
 * SQL that says whether a text is neither missing nor of a type. Cases rather than AND and NOT: the engine plans those of
 * a thousand columns in minutes.
 */
export function isOdd(column: string, type: CandidateType, missing: MissingTexts): string {
  return `(CASE WHEN ${isOf(column, type)} THEN false ELSE ${isPresent(column, missing)} END)`;
}

/** SQL that says whether a text represents a value of any other type than text. */
export function isPresent(column: string, missing: MissingTexts): string {
  return `(CASE WHEN ${column} IS NULL THEN false WHEN ${isIn(`trim(${column})`, missing.elsewhere)} THEN false ELSE true END)`;
}

/** SQL that says whether a text is a whole number that is not exactly a double. */
export function isInexactText(column: string): string {
  const whole = `regexp_full_match(trim(${column}), '[+-]?\\d{16,}')`;
  const isBeyond = `coalesce(NOT ${isExact(`TRY_CAST(trim(${column}) AS HUGEINT)`)}, true)`;
  return `(CASE WHEN length(${column}) < 16 THEN false WHEN ${whole} THEN ${isBeyond} ELSE false END)`;
}

/** True if an SQL type has whole numbers that are not exactly doubles. */
export function isLong(sqlType: string): boolean {
  return /^U?(BIG|HUGE)INT$/.test(sqlType);
}

/** SQL that says whether a whole number is a double exactly. */
export function isExact(value: string): string {
  return `(${value} BETWEEN -${Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER})`;
}

/** SQL that says whether a text is one of a type. */
export function isOf(column: string, type: CandidateType): string {
  if (type === 'integer') return `regexp_full_match(trim(${column}), '${INTEGER}')`;
  // The engine allows 1_000 and any case of nan, and no reader that models are trained with does.
  if (type === 'real')
    return `(CASE WHEN contains(${column}, '_') THEN false ELSE coalesce(NOT isnan(TRY_CAST(${column} AS DOUBLE)), false) END)`;
  if (type === 'boolean') return `trim(${column}) IN (${BOOLEANS.map(literal).join(', ')})`;
  const isTime = `TRY_CAST(trim(${column}) AS TIMESTAMPTZ) IS NOT NULL`;
  return `(CASE WHEN regexp_full_match(trim(${column}), '${TIME}') THEN ${isTime} ELSE false END)`;
}

function isIn(column: string, texts: readonly string[]): string {
  return texts.length === 0 ? `(${column} = '')` : `(${column} IN ('', ${texts.map(literal).join(', ')}))`;
}

/** SQL of the value that a text represents; NULL where it is missing. */
export function typedValue(column: string, type: TableColumnType, missing: MissingTexts): string {
  if (type === 'text') return `CASE WHEN ${isIn(column, missing.inText)} THEN NULL ELSE ${column} END`;
  const target = { integer: 'BIGINT', real: 'DOUBLE', boolean: 'BOOLEAN', time: 'TIMESTAMPTZ', other: 'VARCHAR' }[type];
  const value = `TRY_CAST(trim(${column}) AS ${target})`;
  // A number may be declared to represent a missing value.
  const isNumber = missing.elsewhere.some((text) => mayBe('real', text));
  return isNumber ? `CASE WHEN ${isIn(`trim(${column})`, missing.elsewhere)} THEN NULL ELSE ${value} END` : value;
}
