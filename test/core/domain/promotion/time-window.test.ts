import { describe, expect, it } from 'vitest';
import {
  opensAtMs,
  openUntilMs,
  type TimeWindow,
  timeWindowProblem,
} from '../../../../core/domain/promotion/time-window.ts';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(text);
const shown = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
/** From Friday 18:00 to Monday 08:00 in Berlin. */
const weekend: TimeWindow = { cron: '0 18 * * FRI', duration: 62 * HOUR, timezone: 'Europe/Berlin' };

describe('openUntilMs', () => {
  it('holds its start and not its end', () => {
    // Winter: Berlin is UTC+1.
    expect(openUntilMs(weekend, at('2026-11-20T16:59:59.999Z'))).toBeUndefined();
    expect(shown(openUntilMs(weekend, at('2026-11-20T17:00:00Z')))).toBe('2026-11-23T07:00:00.000Z');
    expect(shown(openUntilMs(weekend, at('2026-11-23T06:59:59.999Z')))).toBe('2026-11-23T07:00:00.000Z');
    expect(openUntilMs(weekend, at('2026-11-23T07:00:00Z'))).toBeUndefined();
  });

  it('opens at the same local time in summer', () => {
    expect(openUntilMs(weekend, at('2026-07-17T15:59:00Z'))).toBeUndefined();
    expect(openUntilMs(weekend, at('2026-07-17T16:00:00Z'))).toBeDefined();
  });

  it('takes windows that touch as one, and windows without a gap as for ever', () => {
    const twice: TimeWindow = { cron: '0 1,2 * * *', duration: HOUR, timezone: 'UTC' };
    expect(shown(openUntilMs(twice, at('2026-01-01T01:30:00Z')))).toBe('2026-01-01T03:00:00.000Z');
    const always: TimeWindow = { cron: '0 * * * *', duration: HOUR, timezone: 'UTC' };
    expect(openUntilMs(always, at('2026-01-01T01:30:00Z'))).toBe(Number.POSITIVE_INFINITY);
  });

  it('finds the start of a window that began on another day, in another month', () => {
    const december: TimeWindow = { cron: '0 0 20 12 *', duration: 15 * 24 * HOUR, timezone: 'UTC' };
    expect(shown(openUntilMs(december, at('2027-01-02T00:00:00Z')))).toBe('2027-01-04T00:00:00.000Z');
    expect(openUntilMs(december, at('2027-01-04T00:00:00Z'))).toBeUndefined();
  });
});

describe('opensAtMs', () => {
  it('is the next start, undefined where there is none', () => {
    expect(shown(opensAtMs(weekend, at('2026-11-21T00:00:00Z')))).toBe('2026-11-27T17:00:00.000Z');
    expect(opensAtMs({ ...weekend, cron: '0 0 30 2 *' }, at('2026-11-21T00:00:00Z'))).toBeUndefined();
  });
});

describe('timeWindowProblem', () => {
  it('accepts five valid fields and an IANA zone, and names what is wrong', () => {
    expect(timeWindowProblem(weekend)).toBeUndefined();
    expect(timeWindowProblem({ cron: '0 0 18 * * FRI', timezone: 'UTC' })).toContain('not have five fields');
    expect(timeWindowProblem({ cron: '0 99 * * *', timezone: 'UTC' })).toContain('not valid');
    expect(timeWindowProblem({ cron: '0 4 31 2,4 *', timezone: 'UTC' })).toContain('never starts');
    expect(timeWindowProblem({ cron: '0 4 29 2 *', timezone: 'UTC' })).toBeUndefined();
    expect(timeWindowProblem({ cron: '0 9 * * *', timezone: 'Mars/Base' })).toContain('not an IANA zone');
  });
});
