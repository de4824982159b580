import { startsBefore } from './schedule-starts.ts';

/** Facts about the workflow that checks for drift. */
export interface WatchFacts {
  /** Its cron expressions, in UTC as GitHub reads them; an invalid one is left out. */
  readonly crons: readonly string[];
  /** As GitHub says it: `active`, or how it was disabled. */
  readonly state: string;
  /** When the workflow came to be; epoch milliseconds. */
  readonly createdAtMs: number;
  /** When its schedule started it last; undefined: never. */
  readonly lastRunAtMs: number | undefined;
  readonly nowMs: number;
}

/** GitHub starts schedules late, and now and then leaves one out. Chosen: two missed ones in a row are not an accident. */
const MISSED = 2;
/** Chosen: later than GitHub's own delays at busy hours. */
const GRACE_MS = 3 * 3_600_000;

/**
 * Why no one looks for drift; undefined where someone does. No alarm must not look like no drift.
 *
 * A schedule is overdue when the two newest of its starts (less three hours for GitHub's own delays) went by without a
 * run. A workflow without a schedule is started by anyone who wants to, and is never overdue.
 *
 * @example overdueWatch({ crons: ['0 6 * * *'], state: 'disabled_inactivity', createdAtMs: 0, lastRunAtMs: 0, nowMs: 1 }) // => 'is disabled (disabled_inactivity)'
 */
export function overdueWatch({ crons, state, createdAtMs, lastRunAtMs, nowMs }: WatchFacts): string | undefined {
  if (state !== 'active') return `is disabled (${state})`;
  const due = crons.flatMap((cron) => startsBefore(cron, nowMs - GRACE_MS, MISSED)).sort((a, b) => b - a);
  const overdueSince = due[MISSED - 1];
  if (overdueSince === undefined || overdueSince < createdAtMs) return undefined;
  if (lastRunAtMs !== undefined && lastRunAtMs >= overdueSince) return undefined;
  const last =
    lastRunAtMs === undefined
      ? 'it never ran'
      : `the last one started ${new Date(lastRunAtMs).toISOString().slice(0, 10)}`;
  return `is overdue: ${MISSED} scheduled runs are missing; ${last}`;
}
