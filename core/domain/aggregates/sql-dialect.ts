/** What engines spell in different ways. All else in the statements is the same everywhere. */
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
  /** How many rows a condition holds for. */
  readonly countIf: (condition: string) => string;
  /** The lower median of the values that are not NULL. */
  readonly median: (number: string) => string;
}

/** 2^32 divided by the golden ratio (D. E. Knuth, The Art of Computer Programming, volume 3, section 6.4). */
const SCATTER = 2_654_435_761;

/** DuckDB counts in arrays where the type of a key has few values (`perfect_ht_threshold`). */
export const DUCKDB: SqlDialect = {
  name: 'duckdb',
  small: (number) => `CAST(floor(${number}) AS USMALLINT)`,
  whole: (number) => `CAST(floor(${number}) AS BIGINT)`,
  hash: (value) => `CAST(hash(${value}) >> 1 AS BIGINT)`,
  scatter: (row, parts) => `((${row} * ${SCATTER} >> ${32 - Math.log2(parts)}) & ${parts - 1})`,
  countIf: (condition) => `COUNT(*) FILTER (WHERE ${condition})`,
  median: (number) => `quantile_disc(${number}, 0.5)`,
};

/** A number as SQL writes it, with all its digits. */
export function sqlNumber(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}

/** A text as SQL writes it. */
export function sqlText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A text or a number as SQL writes it. */
export function sqlLiteral(value: string | number): string {
  return typeof value === 'string' ? sqlText(value) : sqlNumber(value);
}

/** SQL of whether a number is finite; false or NULL where it is not. */
export function isFiniteSql(number: string): string {
  return `${number} > -1e308 AND ${number} < 1e308`;
}
