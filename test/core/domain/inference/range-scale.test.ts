import { describe, expect, it } from 'vitest';
import { scaleOf } from '../../../../core/domain/inference/range-scale.ts';

const [below, above] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

describe('scaleOf', () => {
  it.each([
    // log(0.2 / 0.8), and log of the distance from both ends; slopes 1 / (0.2 * 0.8) and 2 / (0.5 * 1.5).
    { range: [0, 1], value: 0.2, name: 'log odds', to: Math.log(0.25), slope: 6.25 },
    { range: [-1, 1], value: -0.5, name: 'log odds', to: Math.log(1 / 3), slope: 8 / 3 },
    { range: [3, 7], value: 6, name: 'log odds', to: Math.log(3), slope: 4 / 3 },
    { range: [2, above], value: 2.25, name: 'log', to: Math.log(0.25), slope: 4 },
    { range: [-3, above], value: 1, name: 'log', to: Math.log(4), slope: 0.25 },
    { range: [below, 1], value: -1, name: 'log', to: Math.log(2), slope: 0.5 },
    { range: [below, -2], value: -2.5, name: 'log', to: Math.log(0.5), slope: 2 },
  ] as const)('takes the ends of $range to infinity', ({ range, value, name, to, slope }) => {
    const scale = scaleOf(range, value);
    if (scale === undefined) throw new Error('no scale');
    expect(scale.name).toBe(name);
    expect(scale.to(value)).toBeCloseTo(to, 12);
    expect(scale.slope).toBeCloseTo(slope, 12);
    for (const z of [-3, -0.5, 0, 1, 4]) expect(scale.to(scale.back(z))).toBeCloseTo(z, 9);
    expect(Math.abs(scale.to(value + 1e-6) - scale.to(value - 1e-6)) / 2e-6).toBeCloseTo(slope, 5);
  });

  it('has none at an end, beyond it, and without an end', () => {
    for (const value of [-1, 0, 1, 2]) expect(scaleOf([0, 1], value), `${value}`).toBeUndefined();
    for (const value of [-1, 0]) expect(scaleOf([0, above], value), `${value}`).toBeUndefined();
    for (const value of [1, 2]) expect(scaleOf([below, 1], value), `${value}`).toBeUndefined();
    expect(scaleOf([below, above], 0.5)).toBeUndefined();
  });
});
