import { describe, expect, it } from 'vitest';
import { recordsOf, timeOf } from '../../../../core/domain/serving-log/record-parts.ts';

describe('timeOf', () => {
  it('takes a time without a zone as UTC', () => {
    expect(timeOf('2026-03-01T10:00:00.250')).toBe(Date.UTC(2026, 2, 1, 10, 0, 0, 250));
    expect(timeOf('2026-03-01 10:00:00.123456')).toBe(Date.UTC(2026, 2, 1, 10, 0, 0, 123));
    expect(timeOf('2026-03-01T10:00:00+02:00')).toBe(Date.UTC(2026, 2, 1, 8));
    expect(timeOf(null)).toBeNull();
  });
});

describe('recordsOf', () => {
  it('reads a mapping, or a list of them', () => {
    expect(recordsOf({ a: 1 })).toEqual([{ a: 1 }]);
    expect(recordsOf([{ a: 1 }, { a: 2 }])).toHaveLength(2);
    for (const other of [1, null, 'x', [1], [[{}]]]) expect(() => recordsOf(other)).toThrow('not a mapping');
  });
});
