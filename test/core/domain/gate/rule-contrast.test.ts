import { describe, expect, it } from 'vitest';
import { needsChampion } from '../../../../core/domain/gate/gate-rule.ts';
import { differenceContrast, valueContrast } from '../../../../core/domain/gate/rule-contrast.ts';

const absolute = (value: number) => ({ kind: 'absolute', value }) as const;
const relative = (value: number) => ({ kind: 'relative', value }) as const;

describe('valueContrast', () => {
  it('is the value less the floor', () => {
    expect(valueContrast({ kind: 'min', value: 0.65 })).toEqual({
      weights: { candidate: 1, champion: 0, constant: -0.65 },
      reading: { scale: 1, shift: 0.65 },
    });
  });

  it('is the ceiling less the value', () => {
    expect(valueContrast({ kind: 'max', value: 5 })).toEqual({
      weights: { candidate: -1, champion: 0, constant: 5 },
      reading: { scale: -1, shift: 5 },
    });
  });
});

describe('differenceContrast', () => {
  it.each([
    {
      name: 'adds the regression that is allowed to the difference',
      bound: { kind: 'max-regression', margin: absolute(0.01) },
      direction: 'higher-is-better',
      weights: { candidate: 1, champion: -1, constant: 0.01 },
      reading: { scale: 1, shift: -0.01 },
      atEquality: 0.01,
    },
    {
      name: 'takes the improvement that is demanded off',
      bound: { kind: 'min-improvement', margin: absolute(0.01) },
      direction: 'higher-is-better',
      weights: { candidate: 1, champion: -1, constant: -0.01 },
      reading: { scale: 1, shift: 0.01 },
      atEquality: -0.01,
    },
    {
      name: 'turns the difference of a loss around',
      bound: { kind: 'max-regression', margin: absolute(0.01) },
      direction: 'lower-is-better',
      weights: { candidate: -1, champion: 1, constant: 0.01 },
      reading: { scale: 1, shift: -0.01 },
      atEquality: 0.01,
    },
    {
      name: 'tests candidate - (1 - m) champion of a relative margin',
      bound: { kind: 'max-regression', margin: relative(0.5) },
      direction: 'higher-is-better',
      weights: { candidate: 1, champion: -0.5, constant: 0 },
      reading: { scale: 1 / 4, shift: -0.5 },
      atEquality: 2,
    },
    {
      name: 'tests (1 + m) champion - candidate of a relative margin of a loss',
      bound: { kind: 'max-regression', margin: relative(0.5) },
      direction: 'lower-is-better',
      weights: { candidate: -1, champion: 1.5, constant: 0 },
      reading: { scale: 1 / 4, shift: -0.5 },
      atEquality: 2,
    },
    {
      name: 'tests candidate - (1 + k) champion of a relative improvement',
      bound: { kind: 'min-improvement', margin: relative(0.5) },
      direction: 'higher-is-better',
      weights: { candidate: 1, champion: -1.5, constant: 0 },
      reading: { scale: 1 / 4, shift: 0.5 },
      atEquality: -2,
    },
  ] as const)('$name', ({ bound, direction, ...expected }) => {
    const { name: _, ...contrast } = expected;
    expect(differenceContrast(bound, direction, 4)).toEqual(contrast);
  });

  it.each([
    { candidate: 4.4, change: 0.1 },
    { candidate: 3.2, change: -0.2 },
  ])('reads a relative contrast as the change by $change', ({ candidate, change }) => {
    const { weights, reading } = differenceContrast(
      { kind: 'max-regression', margin: relative(0.05) },
      'higher-is-better',
      4,
    );
    const value = weights.candidate * candidate + weights.champion * 4 + weights.constant;
    expect(reading.shift + reading.scale * value).toBeCloseTo(change, 12);
  });
});

describe('needsChampion', () => {
  const rule = { index: 0, metric: 'mae', everySlice: false, whenInconclusive: 'fail', onFail: 'fail' } as const;
  it.each([
    { kind: 'min', value: 1, expected: false },
    { kind: 'max', value: 1, expected: false },
    { kind: 'max-regression', margin: absolute(0), expected: true },
    { kind: 'min-improvement', margin: absolute(0), expected: true },
  ] as const)('is $expected for $kind', ({ expected, ...bound }) => {
    expect(needsChampion({ ...rule, bound })).toBe(expected);
  });
});
