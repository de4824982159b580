/** A window of time, [from, to), in milliseconds since 1970-01-01 UTC, with the rows in it. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: Uint32Array;
}

const DAY_MS = 86_400_000;
/** Monday 1970-01-05: windows of a week begin on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
/** Chosen: a limit from more windows is no better, and a profile has an end. */
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
  // The data reach from the beginning of their first day to the end of their last.
  const start = Math.floor(first / DAY_MS) * DAY_MS;
  const end = (Math.floor(last / DAY_MS) + 1) * DAY_MS;
  const rows = new Map<number, number[]>();
  times.forEach((time, row) => {
    if (!Number.isFinite(time)) return;
    const number = Math.floor((time - FIRST_MONDAY_MS) / windowMs);
    const found = rows.get(number);
    if (found === undefined) rows.set(number, [row]);
    else found.push(row);
  });
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([number, indexes]) => windowOf(FIRST_MONDAY_MS + number * windowMs, windowMs, indexes))
    .filter(({ fromMs, toMs }) => fromMs >= start && toMs <= end)
    .slice(-MAX_WINDOWS);
}

function windowOf(fromMs: number, windowMs: number, rows: readonly number[]): TimeWindow {
  return { fromMs, toMs: fromMs + windowMs, rows: Uint32Array.from(rows) };
}
