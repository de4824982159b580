import { describe, expect, it } from 'vitest';
import { FULL_RESOLUTION } from '../../../../core/domain/drift/profile-column.ts';
import { advancesWith, measureTime, profileTimes, rangeOf } from '../../../../core/domain/drift/time-measures.ts';
import golden from '../../../golden/time-measures.json' with { type: 'json' };

const RANGE = { fromMs: 10, toMs: 20 };
const SUMMARY = { resolution: FULL_RESOLUTION, sampling: { kind: 'rows' } } as const;

describe('measureTime', () => {
  it('has the hours and days of the week of CPython', () => {
    for (const { ms, hour, weekday } of golden.times) {
      expect([ms, measureTime(ms, 'hour', RANGE), measureTime(ms, 'weekday', RANGE)]).toEqual([ms, hour, weekday]);
    }
  });

  it.each([
    [9, 'before'],
    [10, 'inside'],
    [20, 'inside'],
    [21, 'after'],
  ])('has %i %s the range', (ms, place) => expect(measureTime(ms, 'range', RANGE)).toBe(place));
});

describe('rangeOf', () => {
  it('has the first and last time, without those that are missing', () => {
    expect(rangeOf(Float64Array.of(Number.NaN, 20, 10, 15))).toEqual(RANGE);
    expect(rangeOf(Float64Array.of(Number.NaN))).toBeUndefined();
  });
});

describe('advancesWith', () => {
  it.each(golden.pairs.map((pair) => [pair.correlation, pair] as const))(
    'of a correlation of %d',
    (correlation, pair) => {
      const [times, rows] = [Float64Array.from(pair.times), Float64Array.from(pair.rows)];
      expect(advancesWith(times, rows)).toBe(correlation > 0.5);
      const gap = (of: Float64Array) => Float64Array.of(...of, Number.NaN, 1e15);
      expect(advancesWith(gap(times), Float64Array.of(...rows, 1e15, Number.NaN))).toBe(correlation > 0.5);
    },
  );

  it('is false for times that do not vary, and without any', () => {
    expect(advancesWith(Float64Array.of(1, 1), Float64Array.of(1, 2))).toBe(false);
    expect(advancesWith(new Float64Array(0), new Float64Array(0))).toBe(false);
  });
});

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
