import { describe, expect, it } from 'vitest';
import { startsBefore } from '../../../../core/domain/watch/schedule-starts.ts';

describe('startsBefore', () => {
  it.each([
    ['0 4 * * MON', '2026-11-30T03:59:59.999Z', '2026-11-23T04:00:00Z'],
    ['0 4 * * MON', '2026-11-30T04:00:00.000Z', '2026-11-30T04:00:00Z'],
    ['30 23 28 2 *', '2026-11-30T04:00:00.000Z', '2026-02-28T23:30:00Z'],
  ])('of %s up to and with %s are %s first', (cron, until, expected) => {
    expect(startsBefore(cron, Date.parse(until) + 1, 2)[0]).toBe(Date.parse(expected));
  });

  it('are none for a schedule that never started or is not valid', () => {
    expect(startsBefore('0 0 31 2 *', Date.UTC(2026, 1, 1), 1)).toEqual([]);
    expect(startsBefore('x', 0, 1)).toEqual([]);
  });

  it('leave out the instant itself, and are newest first', () => {
    const at = (text: string) => Date.parse(text);
    expect(startsBefore('0 4 * * *', at('2026-11-30T04:00:00Z'), 2)).toEqual([
      at('2026-11-29T04:00:00Z'),
      at('2026-11-28T04:00:00Z'),
    ]);
  });
});
