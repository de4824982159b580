import { DAY_MS } from '../time/day.ts';
import type { TimeSpan } from './past-windows.ts';

/**
 * A part of the current data: the newest milliseconds, the last whole calendar week or month (UTC), or the newest rows.
 */
export type CurrentWindow = number | 'week' | 'month' | { readonly rows: number };

const WEEK_MS = 7 * DAY_MS;
/** Monday 1970-01-05. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/**
 * The span of a window: the data reach to the end of their last day, and a week or month that has not ended there is not
 * whole.
 *
 * @param lastMs Last time of the data, finite.
 */
export function windowSpan(lastMs: number, window: Exclude<CurrentWindow, object>): TimeSpan {
  const endMs = (Math.floor(lastMs / DAY_MS) + 1) * DAY_MS;
  if (typeof window === 'number') return { fromMs: endMs - window, toMs: endMs };
  if (window === 'week') {
    const toMs = FIRST_MONDAY_MS + Math.floor((endMs - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS;
    return { fromMs: toMs - WEEK_MS, toMs };
  }
  const end = new Date(endMs);
  const month = (back: number) => Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - back, 1);
  return { fromMs: month(1), toMs: month(0) };
}

/**
 * The rows of a window, ascending; all rows that have a time where there is no window.
 *
 * @param times Milliseconds; NaN where missing: in no window.
 */
export function rowsOfWindow(times: Float64Array, window: CurrentWindow | undefined): Uint32Array {
  const timed = rowsWhere(times, Number.isFinite);
  if (window === undefined || timed.length === 0) return timed;
  if (typeof window === 'object') {
    // Of equal times the later rows are newer.
    const byTime = timed.toSorted((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    return byTime.slice(-window.rows).sort();
  }
  const last = timed.reduce((most, row) => Math.max(most, times[row] ?? most), Number.NEGATIVE_INFINITY);
  const { fromMs, toMs } = windowSpan(last, window);
  return rowsWhere(times, (time) => time >= fromMs && time < toMs);
}

function rowsWhere(times: Float64Array, isIn: (time: number) => boolean): Uint32Array {
  const rows: number[] = [];
  times.forEach((time, row) => {
    if (isIn(time)) rows.push(row);
  });
  return Uint32Array.from(rows);
}

/** The last rows in the order of the data, which has no times. */
export function lastRows(rows: number, { rows: wanted }: { readonly rows: number }): Uint32Array {
  const first = Math.max(0, rows - wanted);
  return Uint32Array.from({ length: rows - first }, (_, at) => first + at);
}

/** Length of the past windows that a limit is learned from, in milliseconds; undefined for months and rows, which have none. */
export function pastWindowMs(window: CurrentWindow | undefined): number | undefined {
  if (window === 'week') return WEEK_MS;
  return typeof window === 'number' ? window : undefined;
}

/** The oldest that the last row of a fresh window can be for its calendar alone, in milliseconds: a week or month that is whole. */
export function windowLagMs(window: CurrentWindow | undefined): number {
  if (window === 'week') return WEEK_MS;
  return window === 'month' ? 31 * DAY_MS : 0;
}
