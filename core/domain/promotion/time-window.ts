import { Cron } from 'croner';

/** A window that opens again and again: at each start of `cron`, for a duration. */
export interface TimeWindow {
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  readonly duration: number;
  /** IANA zone, such as Europe/Berlin: 18:00 stays 18:00 when the clocks change. */
  readonly timezone: string;
}

/** More windows than this in a row count as forever. Chosen. */
const MOST_WINDOWS_IN_A_ROW = 100;

/**
 * When the window that is open now closes; windows that touch or overlap are one.
 *
 * @param nowMs Epoch milliseconds. A window holds its start and not its end: [start, start + duration).
 * @returns Epoch milliseconds, Infinity for windows without a gap; undefined where none is open.
 * @example openUntilMs({ cron: '0 18 * * FRI', duration: 3600000, timezone: 'UTC' }, Date.UTC(2026, 10, 20, 18, 30)) // => 1795201200000
 */
export function openUntilMs(window: TimeWindow, nowMs: number): number | undefined {
  let start = startAfter(window, nowMs - window.duration);
  if (start === undefined || start > nowMs) return undefined;
  let end = start + window.duration;
  for (let count = 0; count < MOST_WINDOWS_IN_A_ROW; count += 1) {
    start = startAfter(window, start);
    if (start === undefined || start > end) return end;
    end = start + window.duration;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * When a closed window opens next.
 *
 * @returns Epoch milliseconds, or undefined where it never does.
 */
export function opensAtMs(window: TimeWindow, nowMs: number): number | undefined {
  return startAfter(window, nowMs);
}

/** Error in a window's cron expression or zone; undefined if valid. */
export function timeWindowProblem({ cron, timezone }: Pick<TimeWindow, 'cron' | 'timezone'>): string | undefined {
  if (cron.trim().split(/\s+/).length !== 5) {
    return `has the cron "${cron}", which does not have five fields: minute, hour, day of month, month, day of week`;
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    return `has the timezone "${timezone}", which is not an IANA zone such as Europe/Berlin`;
  }
  try {
    const first = startAfter({ cron, timezone }, 0);
    return first === undefined ? `has the cron "${cron}", which never starts: no month has such a day` : undefined;
  } catch {
    return `has the cron "${cron}", which is not valid`;
  }
}

/** The first start later than an instant. */
function startAfter({ cron, timezone }: Pick<TimeWindow, 'cron' | 'timezone'>, afterMs: number): number | undefined {
  return new Cron(cron, { timezone }).nextRun(new Date(afterMs))?.getTime();
}
