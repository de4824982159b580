import { isFiniteSql, sqlNumber } from '../aggregates/sql-dialect.ts';
import { selecting } from '../aggregates/statement.ts';
import type { WarehouseDialect } from './warehouse-dialect.ts';

/** Range of values: bins are narrow about the centre. */
export interface ValueRange {
  readonly centre: number;
  /** Above 0. */
  readonly scale: number;
}

/** Half of the bins, less one: their number fits into 16 bits. */
const HALF = 32_766;
const SHARES = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

/** A value, or NULL where it is not finite. */
export function finiteSql(value: string): string {
  return `CASE WHEN ${isFiniteSql(value)} THEN ${value} END`;
}

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
    const scale = [q75 - q25, q90 - q10].find((one) => one > 0 && Number.isFinite(one)) ?? 1;
    return { finite, centre: Number.isFinite(q50) ? q50 : 0, scale };
  });
}

/** Counts of bins with their least and greatest values: equal steps of u / (1 + |u|) about the centre. */
export function binsStatement(value: string, { centre, scale }: ValueRange, scan: ProfileScan) {
  const u = `((${value} - ${sqlNumber(centre)}) / ${sqlNumber(scale)})`;
  const bin = `${HALF} * (1 + ${u} / (1 + ABS(${u})))`;
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
