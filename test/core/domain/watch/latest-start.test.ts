import { describe, expect, it } from 'vitest';
import { latestStart } from '../../../../core/domain/watch/latest-start.ts';

describe('latestStart', () => {
  it.each([
    ['0 4 * * MON', '2026-11-30T03:59:59.999Z', '2026-11-23T04:00:00Z'],
    ['0 4 * * MON', '2026-11-30T04:00:00.000Z', '2026-11-30T04:00:00Z'],
    ['30 23 28 2 *', '2026-11-30T04:00:00.000Z', '2026-02-28T23:30:00Z'],
  ])('of %s up to %s is %s', (cron, until, expected) => {
    expect(latestStart(cron, Date.parse(until))).toBe(Date.parse(expected));
  });

  it('is undefined for a schedule that never started or is not valid', () => {
    expect(latestStart('0 0 31 2 *', Date.UTC(2026, 1, 1))).toBeUndefined();
    expect(latestStart('x', 0)).toBeUndefined();
  });
});
