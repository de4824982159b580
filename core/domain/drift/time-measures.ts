import { sampleCorrelation } from 'simple-statistics';
import { DAY_MS } from '../time/day.ts';

/** Categories that are computed from each time, in the order of a report. */
export const TIME_MEASURES = ['hour', 'weekday', 'range'] as const;

/** A category that is computed from each time. */
export type TimeMeasure = (typeof TIME_MEASURES)[number];

const HOUR_MS = DAY_MS / 24;
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
/** 1970-01-01 was a Thursday. */
const WEEKDAYS = ['Thursday', 'Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday'];
/** Of a window in which the column has other values than times. */
export const NO_TIME = 'not a time';

/** First and last time of a reference, in milliseconds since 1970-01-01 UTC. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A measure of a time: the hour of its day (`00` to `23`) and its day of the week, both in UTC, or its place with respect to
 * the reference's range (`before`, `inside`, `after`; the ends are inside).
 *
 * @example measureTime(0, 'weekday', { fromMs: 0, toMs: 0 }) // => 'Thursday'
 */
export function measureTime(timeMs: number, measure: TimeMeasure, { fromMs, toMs }: TimeRange): string {
  const day = Math.floor(timeMs / DAY_MS);
  if (measure === 'hour') return HOURS[Math.floor((timeMs - day * DAY_MS) / HOUR_MS)] ?? NO_TIME;
  if (measure === 'weekday') return WEEKDAYS[((day % 7) + 7) % 7] ?? NO_TIME;
  if (timeMs < fromMs) return 'before';
  return timeMs > toMs ? 'after' : 'inside';
}

/** First and last of the times; undefined without any. */
export function rangeOf(times: Float64Array): TimeRange | undefined {
  let [fromMs, toMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    if (!Number.isFinite(time)) continue;
    fromMs = Math.min(fromMs, time);
    toMs = Math.max(toMs, time);
  }
  return fromMs <= toMs ? { fromMs, toMs } : undefined;
}

/** Chosen: far above the noise of few rows, far below that of a time that is written with the row. */
const MOST_CORRELATION = 0.5;

/**
 * True if times go on with those of the rows, such as those of a second time stamp: then each later window is after the
 * range of the reference. By Pearson's correlation of the rows that have both, above 0.5.
 */
export function advancesWith(times: Float64Array, rowTimes: Float64Array): boolean {
  const both = [...times.keys()].filter((row) => Number.isFinite(times[row]) && Number.isFinite(rowTimes[row]));
  // With one row alone nothing varies.
  if (both.length < 2) return false;
  const of = (values: Float64Array) => both.map((row) => values[row] ?? 0);
  return sampleCorrelation(of(times), of(rowTimes)) > MOST_CORRELATION;
}
