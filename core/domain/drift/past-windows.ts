/** A window of time, [from, to), in milliseconds since 1970-01-01 UTC, with the rows in it. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: Uint32Array;
}

const DAY_MS = 86_400_000;
/** Chosen: a limit from more windows is no better, and a profile has an end. */
const MAX_WINDOWS = 104;

/**
 * Cuts rows into whole windows, from midnight of the first day on. A last window that the data do not fill is left out;
 * of very many the newest are kept.
 *
 * @param times NaN where missing: in no window.
 * @param windowMs > 0.
 */
export function cutWindows(times: Float64Array, windowMs: number): readonly TimeWindow[] {
  const known = times.filter((time) => Number.isFinite(time));
  if (known.length === 0) return [];
  const first = known.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const last = known.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
  const start = Math.floor(first / DAY_MS) * DAY_MS;
  // The data reach to the end of their last day.
  const end = (Math.floor(last / DAY_MS) + 1) * DAY_MS;
  const count = Math.floor((end - start) / windowMs);
  const rows: number[][] = Array.from({ length: count }, () => []);
  times.forEach((time, row) => {
    if (Number.isFinite(time)) rows[Math.floor((time - start) / windowMs)]?.push(row);
  });
  return rows
    .map((indexes, i) => ({
      fromMs: start + i * windowMs,
      toMs: start + (i + 1) * windowMs,
      rows: Uint32Array.from(indexes),
    }))
    .filter((window) => window.rows.length > 0)
    .slice(-MAX_WINDOWS);
}
