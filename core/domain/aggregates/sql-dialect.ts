/** Functions that engines spell in different ways. All else in the statements is the same everywhere. */
export interface SqlDialect {
  readonly name: string;
  /** A whole number below 65,536: engines that count in arrays do so for such a type. */
  readonly small: (number: string) => string;
  /** A whole number. */
  readonly whole: (number: string) => string;
  /** A whole number of at least 0 that is the same for equal values. */
  readonly hash: (value: string) => string;
  /** A whole number below `parts`, a power of 2, that scatters consecutive numbers of rows. */
  readonly scatter: (row: string, parts: number) => string;
  /** Number of rows for which a condition is true. */
  readonly countIf: (condition: string) => string;
  /** The lower median of the values that are not NULL. */
  readonly median: (number: string) => string;
  /** A number, or the text of one, as a double. */
  readonly double: (number: string) => string;
  /** A text or a number as SQL writes it, whatever characters it has. */
  readonly literal: (value: string | number) => string;
  /** SQL after JOIN: a table of that name with the columns `value` and `code`. */
  readonly numbered: (rows: readonly NumberedLiteral[], name: string) => string;
}

/** SQL of a value, and a whole number for it. */
export type NumberedLiteral = readonly [value: string, code: number];

/** 2^32 divided by the golden ratio (D. E. Knuth, The Art of Computer Programming, volume 3, section 6.4). */
const SCATTER = 2_654_435_761;

/** DuckDB counts in arrays where the type of a key has few values (`perfect_ht_threshold`). */
export const DUCKDB: SqlDialect = {
  name: 'duckdb',
  small: (number) => `CAST(floor(${number}) AS USMALLINT)`,
  whole: (number) => `CAST(floor(${number}) AS BIGINT)`,
  hash: (value) => `CAST(hash(${value}) >> 1 AS BIGINT)`,
  scatter: (row, parts) => `((${row} * ${SCATTER} >> ${32 - Math.log2(parts)}) & ${parts - 1})`,
  countIf: (condition) => `COUNT_IF(${condition})`,
  median: (number) => `quantile_disc(${number}, 0.5)`,
  double: (number) => `CAST(${number} AS DOUBLE)`,
  literal: (value) => (typeof value === 'string' ? quoted(value) : sqlNumber(value)),
  numbered: tableOfValues,
};

/** As standard SQL has it. */
export function tableOfValues(rows: readonly NumberedLiteral[], name: string): string {
  return `(VALUES ${rows.map(([value, code]) => `(${value}, ${code})`).join(', ')}) AS ${name}(value, code)`;
}

/** A finite number as SQL writes it, with all its digits: an exponent makes it a double. */
export function sqlNumber(value: number): string {
  const digits = value.toExponential();
  return value < 0 ? `(${digits})` : digits;
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** SQL of a number, NULL where it is not finite. */
export function finiteSql(number: string): string {
  return `CASE WHEN ${isFiniteSql(number)} THEN ${number} END`;
}

/** Chosen: engines spell "is finite" in different ways, and a comparison in one. Larger numbers count as not finite. */
export const SUMMED_BELOW = 1e308;

/** SQL of whether a number is finite; false or NULL where it is not. */
export function isFiniteSql(number: string): string {
  return `${number} > ${sqlNumber(-SUMMED_BELOW)} AND ${number} < ${sqlNumber(SUMMED_BELOW)}`;
}
