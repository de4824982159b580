import { Cron } from 'croner';

/**
 * The newest start of a schedule up to an instant.
 *
 * @param cron Five fields, in UTC.
 * @returns Epoch milliseconds; undefined for a schedule that never started, and for one that is not valid.
 * @example latestStart('0 4 * * MON', Date.UTC(2026, 10, 30, 12)) // => 1796011200000
 */
export function latestStart(cron: string, untilMs: number): number | undefined {
  try {
    // The millisecond after: an instant is a start of its own.
    return new Cron(cron, { timezone: 'UTC' }).previousRuns(1, new Date(untilMs + 1))[0]?.getTime();
  } catch {
    return undefined;
  }
}
