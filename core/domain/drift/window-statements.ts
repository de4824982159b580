import { finiteSql, isFiniteSql, type SqlDialect } from '../aggregates/sql-dialect.ts';
import { type Statement, selecting } from '../aggregates/statement.ts';
import { type CountedBin, sketchOfBins } from './binned-sketch.ts';
import { windowNumberSql } from './past-windows.ts';
import { type ColumnProfile, WINDOW_RESOLUTION } from './profile-column.ts';
import { placeSql, type ValueRange } from './value-bins.ts';

/** A column that is summarised window by window. */
export interface WindowedColumn extends ValueRange {
  readonly name: string;
  readonly kind: ColumnProfile['kind'];
  /** SQL of its values: text, or doubles; flags are 0 and 1. */
  readonly value: string;
  readonly type: 'text' | 'flag' | 'number';
}

/** Rows with times. */
export interface WindowScan {
  /** SQL after FROM. */
  readonly from: string;
  /** SQL of the time in milliseconds since 1970-01-01 UTC. */
  readonly time: string;
  readonly windowMs: number;
}

/** Rows of a window, and the values that are not missing by column. */
export interface WindowCounts {
  readonly number: number;
  readonly rows: number;
  readonly present: readonly number[];
}

/** Bins of a column of numbers in a window: ten times as many as the points of its sketch. */
const HALF = 1024;
const BINS = 2 * HALF;

/** Statement for the rows of each window. */
export function windowCountsStatement(
  { from, time, windowMs }: WindowScan,
  columns: readonly WindowedColumn[],
  dialect: SqlDialect,
): Statement<readonly WindowCounts[]> {
  const number = dialect.whole(windowNumberSql(time, windowMs));
  const present = columns.map((column) => `COUNT(${presentSql(column)})`);
  return {
    ...selecting([number, 'COUNT(*)', ...present], `${from} WHERE ${isFiniteSql(time)} GROUP BY 1`),
    read: ([numbers = new Float64Array(0), rows, ...of]) =>
      Array.from(numbers, (window, at) => ({
        number: window,
        rows: rows?.[at] ?? 0,
        present: of.map((column) => column[at] ?? 0),
      })),
  };
}

/** Statement for the bins of a column of numbers, by the number of the window. */
export function windowBinsStatement(
  scan: WindowScan,
  column: WindowedColumn,
  { first, dialect }: { readonly first: number; readonly dialect: SqlDialect },
): Statement<ReadonlyMap<number, readonly CountedBin[]>> {
  const { value } = column;
  const bin = `floor(${placeSql(value, column, HALF - 1)})`;
  const window = `(${windowNumberSql(scan.time, scan.windowMs)} - (${first}))`;
  const key = dialect.whole(`${window} * ${BINS} + ${bin}`);
  const where = `${isFiniteSql(scan.time)} AND ${window} >= 0 AND ${isFiniteSql(value)}`;
  return {
    ...selecting([key, 'COUNT(*)', `MIN(${value})`, `MAX(${value})`], `${scan.from} WHERE ${where} GROUP BY 1`),
    read: ([keys = new Float64Array(0), counts, least, most]) => {
      const windows = new Map<number, CountedBin[]>();
      for (const at of Uint32Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))) {
        const number = first + Math.floor((keys[at] ?? 0) / BINS);
        const bins = windows.get(number) ?? [];
        bins.push({ count: counts?.[at] ?? 0, least: least?.[at] ?? Number.NaN, most: most?.[at] ?? Number.NaN });
        windows.set(number, bins);
      }
      return windows;
    },
  };
}

/** SQL for the most frequent values of a column in each window: number of the window, value, rows. */
export function windowCategoriesSql(scan: WindowScan, column: WindowedColumn, first: number): string {
  const window = windowNumberSql(scan.time, scan.windowMs);
  const value = presentSql(column);
  const where = `${isFiniteSql(scan.time)} AND ${window} >= ${first} AND ${value} IS NOT NULL`;
  const grouped = `SELECT ${window} AS w, ${value} AS v, COUNT(*) AS n FROM ${scan.from} WHERE ${where} GROUP BY 1, 2`;
  const placed = `SELECT g.*, ROW_NUMBER() OVER (PARTITION BY g.w ORDER BY g.n DESC, g.v) AS place FROM (${grouped}) AS g`;
  return `SELECT p.w AS c0, p.v AS c1, p.n AS c2 FROM (${placed}) AS p WHERE p.place <= ${WINDOW_RESOLUTION.categories}`;
}

/** The summary of a column of numbers in a window. */
export function numericWindow(name: string, rows: number, bins: readonly CountedBin[]): ColumnProfile {
  const finite = bins.reduce((sum, { count }) => sum + count, 0);
  const quantiles = sketchOfBins(bins, WINDOW_RESOLUTION.points);
  return { name, kind: 'numeric', rows, missing: rows - finite, quantiles };
}

/**
 * The summary of a categorical column in a window.
 *
 * @param present Number of values that are not missing.
 */
export function categoricalWindow(
  name: string,
  { rows, present }: { readonly rows: number; readonly present: number },
  counts: readonly (readonly [string, number])[],
): ColumnProfile {
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const other = present - sorted.reduce((sum, [, count]) => sum + count, 0);
  return { name, kind: 'categorical', rows, missing: rows - present, counts: sorted, other };
}

function presentSql({ value, type }: WindowedColumn): string {
  return type === 'number' ? finiteSql(value) : value;
}
