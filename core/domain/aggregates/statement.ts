import type { SqlDialect } from './sql-dialect.ts';

const SMALL_KEYS = 65_536;
/** A column that an answer does not have. */
export const EMPTY = new Float64Array(0);

/** A question to an engine, whose answer is numbers. */
export interface Statement<Answer> {
  /** Its columns are named `c0`, `c1`, … */
  readonly sql: string;
  /** Number of columns of the answer. */
  readonly width: number;
  /** @param columns Numbers by column, in the order of the SELECT; NULL is NaN. */
  readonly read: (columns: readonly Float64Array[]) => Answer;
}

/** Scored rows as SQL over the names of a relation. */
export interface ScoredRelation {
  /** SQL after FROM. */
  readonly from: string;
  /** 0 or 1, the index of the class, or the number itself. */
  readonly label: string;
  /** null: all rows weigh the same. */
  readonly weight: string | null;
  /** A whole number below `parts`: rows of one part may depend on each other. */
  readonly part: string;
  readonly parts: number;
}

/** Rows that are aggregated by themselves. */
export interface Cut {
  /** SQL after FROM, instead of the relation's. */
  readonly from: string;
  /** A whole number below `count`, or NULL for rows of no slice. */
  readonly code: string;
  readonly count: number;
  /** Every row is in a slice. */
  readonly isTotal: boolean;
}

/** All rows as one slice. */
export function wholeOf({ from }: ScoredRelation): Cut {
  return { from, code: '0', count: 1, isTotal: true };
}

/** Rows of slices alone. */
export function sourceOf({ from, code, isTotal }: Cut): string {
  return isTotal ? from : `${from} WHERE ${code} IS NOT NULL`;
}

/**
 * A statement for columns, each with the name that readers of answers know it by.
 *
 * @param from What is after FROM, to the end of the statement.
 */
export function selecting(columns: readonly string[], from: string): { readonly sql: string; readonly width: number } {
  const named = columns.map((sql, at) => `${sql} AS c${at}`);
  return { sql: `SELECT ${named.join(', ')} FROM ${from}`, width: columns.length };
}

/** SQL of how many rows there are, or of their weight. */
export function sizeSql(weight: string | null): string {
  return weight === null ? 'COUNT(*)' : `SUM(${weight})`;
}

/** SQL of a key that counts through dimensions, the last one fastest. */
export function keySql(dimensions: readonly { readonly sql: string; readonly size: number }[]): {
  readonly sql: string;
  readonly size: number;
} {
  const [first = { sql: '0', size: 1 }, ...rest] = dimensions.filter(({ size }) => size > 1);
  return rest.reduce(
    (key, { sql, size }) => ({ sql: `(${key.sql}) * ${size} + ${sql}`, size: key.size * size }),
    first,
  );
}

/**
 * A sum that engines add up in any order, without the digits in which that shows: the same in every run.
 */
export function stable(sum: number): number {
  // Writing and reading a number takes longer than all else, and most sums are numbers of rows. No negative zero.
  return (Number.isInteger(sum) && Math.abs(sum) < 1e12 ? sum : Number(sum.toPrecision(12))) + 0;
}

/** The smallest type that holds a key: engines count in arrays for it. */
export function typedKey({ sql, size }: { readonly sql: string; readonly size: number }, dialect: SqlDialect): string {
  return size <= SMALL_KEYS ? dialect.small(sql) : dialect.whole(sql);
}

/** SQL of how many rows a condition holds for, or of their weight. */
export function sumIf(condition: string, weight: string | null, dialect: SqlDialect): string {
  return weight === null ? dialect.countIf(condition) : `SUM(CASE WHEN ${condition} THEN ${weight} ELSE 0 END)`;
}

/** One entry for each slice, filled from an answer. */
export function bySlice<Slice>(
  { count }: Cut,
  create: () => Slice,
  fill: (slices: readonly Slice[]) => void,
): readonly Slice[] {
  const slices = Array.from({ length: count }, create);
  fill(slices);
  return slices;
}

/** Adds to a cell. */
export function addAt(sums: Float64Array, at: number, value: number): void {
  sums[at] = (sums[at] ?? 0) + value;
}
