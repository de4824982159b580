import { Cron } from 'croner';

/**
 * The newest starts of a schedule before an instant, newest first.
 *
 * @param cron Five fields, in UTC.
 * @returns Epoch milliseconds; fewer where it started less often, none where it is not valid.
 * @example startsBefore('0 4 * * MON', Date.UTC(2026, 10, 30, 12), 1) // => [1796011200000]
 */
export function startsBefore(cron: string, beforeMs: number, count: number): readonly number[] {
  try {
    const job = new Cron(cron, { timezone: 'UTC' });
    return job.previousRuns(count, new Date(beforeMs)).map((start) => start.getTime());
  } catch {
    return [];
  }
}
