import { DAY_MS } from '../time/day.ts';

/** A window of time, [from, to), in milliseconds since 1970-01-01 UTC. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A window of time with the rows in it. */
export interface TimeWindow extends TimeSpan {
  readonly rows: Uint32Array;
}

/** Monday 1970-01-05: windows of a week begin on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
/** Chosen: a limit from more windows is not better, and a profile has an end. */
const MAX_WINDOWS = 104;

/**
 * Cuts rows into whole windows of the calendar: of a week from Monday to Sunday, of a day from midnight to midnight (UTC).
 * First and last windows that the data's days do not fill are left out; of very many the newest are kept.
 *
 * @param times NaN where missing: in no window.
 * @param windowMs > 0.
 */
export function cutWindows(times: Float64Array, windowMs: number): readonly TimeWindow[] {
  const first = times.reduce(
    (least, time) => (Number.isNaN(time) ? least : Math.min(least, time)),
    Number.POSITIVE_INFINITY,
  );
  const last = times.reduce(
    (most, time) => (Number.isNaN(time) ? most : Math.max(most, time)),
    Number.NEGATIVE_INFINITY,
  );
  if (!Number.isFinite(first)) return [];
  const rows = new Map<number, number[]>();
  times.forEach((time, row) => {
    if (!Number.isFinite(time)) return;
    const number = Math.floor((time - FIRST_MONDAY_MS) / windowMs);
    const found = rows.get(number);
    if (found === undefined) rows.set(number, [row]);
    else found.push(row);
  });
  return wholeWindows([...rows.keys()], { fromMs: first, toMs: last }, windowMs).map(({ number, ...span }) => ({
    ...span,
    rows: Uint32Array.from(rows.get(number) ?? []),
  }));
}

/** A window by its number: windows are counted from the first Monday of 1970. */
export interface NumberedWindow extends TimeSpan {
  readonly number: number;
}

/**
 * The whole windows among those that have rows, ascending; of very many the newest.
 *
 * @param numbers Numbers of windows with rows.
 * @param data First and last time of the rows.
 */
export function wholeWindows(numbers: readonly number[], data: TimeSpan, windowMs: number): readonly NumberedWindow[] {
  // The data reach from the beginning of their first day to the end of their last.
  const start = Math.floor(data.fromMs / DAY_MS) * DAY_MS;
  const end = (Math.floor(data.toMs / DAY_MS) + 1) * DAY_MS;
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => {
      const fromMs = FIRST_MONDAY_MS + number * windowMs;
      return { number, fromMs, toMs: fromMs + windowMs };
    })
    .filter(({ fromMs, toMs }) => fromMs >= start && toMs <= end)
    .slice(-MAX_WINDOWS);
}

/** SQL of the number of the window that has a time. */
export function windowNumberSql(time: string, windowMs: number): string {
  return `floor((${time} - ${FIRST_MONDAY_MS}) / ${windowMs}e0)`;
}
