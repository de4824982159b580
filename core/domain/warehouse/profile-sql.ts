import { finiteSql, isFiniteSql } from '../aggregates/sql-dialect.ts';
import { selecting } from '../aggregates/statement.ts';
import { placeSql, rangeOfQuantiles, type ValueRange } from '../drift/value-bins.ts';
import type { WarehouseDialect } from './warehouse-dialect.ts';

/** Half of the bins, less one: their number fits into 16 bits. */
const HALF = 32_766;
const SHARES = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

/** Counts and quantiles of columns of numbers, one row: of each the finite values and five quantiles. */
export function rangeStatement(values: readonly string[], from: string, dialect: WarehouseDialect) {
  const columns = values.flatMap((value) => [
    `COUNT(${finiteSql(value)})`,
    ...SHARES.map((share) => dialect.quantile(finiteSql(value), share)),
  ]);
  return selecting(columns, from);
}

/** The ranges of the answer. */
export function readRanges(numbers: readonly number[]): readonly (ValueRange & { readonly finite: number })[] {
  const width = 1 + SHARES.length;
  return Array.from({ length: Math.floor(numbers.length / width) }, (_, at) => {
    const [finite = 0, q10 = 0, q25 = 0, q50 = 0, q75 = 0, q90 = 0] = numbers.slice(at * width, (at + 1) * width);
    return { finite, ...rangeOfQuantiles([q10, q25, q50, q75, q90]) };
  });
}

/** Counts of bins with their least and greatest values: equal steps of u / (1 + |u|) about the centre. */
export function binsStatement(value: string, range: ValueRange, scan: ProfileScan) {
  const bin = placeSql(value, range, HALF);
  return selecting(
    [scan.dialect.small(bin), 'COUNT(*)', `MIN(${value})`, `MAX(${value})`],
    `${scan.from} WHERE ${scan.condition === undefined ? '' : `${scan.condition} AND `}${isFiniteSql(value)} GROUP BY 1`,
  );
}

/** Columns to read from a table. */
export interface ProfileScan {
  readonly from: string;
  /** SQL of which rows count; undefined: all. */
  readonly condition: string | undefined;
  readonly dialect: WarehouseDialect;
}

/** The most frequent values of a column, each with its rows and the rows of all values. */
export function topStatement(value: string, most: number, { from, condition }: ProfileScan): { readonly sql: string } {
  const where = `${value} IS NOT NULL${condition === undefined ? '' : ` AND ${condition}`}`;
  const grouped = `SELECT ${value} AS v, COUNT(*) AS n FROM ${from} WHERE ${where} GROUP BY 1`;
  return {
    sql: `SELECT g.v AS c0, g.n AS c1, SUM(g.n) OVER () AS c2 FROM (${grouped}) AS g ORDER BY 2 DESC, 1 LIMIT ${most}`,
  };
}
