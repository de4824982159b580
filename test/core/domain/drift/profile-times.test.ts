import { describe, expect, it } from 'vitest';
import { FULL_RESOLUTION } from '../../../../core/domain/drift/profile-column.ts';
import { profileTimes } from '../../../../core/domain/drift/profile-times.ts';

const RANGE = { fromMs: 10, toMs: 20 };
const SUMMARY = { resolution: FULL_RESOLUTION, sampling: { kind: 'rows' } } as const;

describe('profileTimes', () => {
  const times = { kind: 'time', values: Float64Array.of(0, 3_600_000, Number.NaN, 5) } as const;

  it('has missing times once, in the hours', () => {
    const hours = profileTimes({ column: 't', measure: 'hour', ...RANGE }, times, SUMMARY);
    expect(hours).toMatchObject({
      name: 't.hour',
      rows: 4,
      missing: 1,
      counts: [
        ['00', 2],
        ['01', 1],
      ],
    });
    const range = profileTimes({ column: 't', measure: 'range', ...RANGE }, times, SUMMARY);
    expect(range).toMatchObject({
      rows: 3,
      missing: 0,
      counts: [
        ['before', 2],
        ['after', 1],
      ],
    });
  });

  it.each([
    ['numbers', { kind: 'numeric', values: Float64Array.of(7, Number.NaN) }],
    ['texts', { kind: 'categorical', codes: Int32Array.of(0, -1), categories: ['soon'] }],
  ] as const)('has %s as what they are not', (_, values) => {
    const found = profileTimes({ column: 't', measure: 'hour', ...RANGE }, values, SUMMARY);
    expect(found).toMatchObject({ rows: 2, missing: 1, counts: [['not a time', 1]] });
  });
});
