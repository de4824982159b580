import { describe, expect, it } from 'vitest';
import { advancesWith, measureTime, rangeOf } from '../../../../core/domain/drift/time-measures.ts';
import golden from '../../../golden/time-measures.json' with { type: 'json' };

const RANGE = { fromMs: 10, toMs: 20 };

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
