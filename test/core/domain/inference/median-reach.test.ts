import { describe, expect, it } from 'vitest';
import { medianReach } from '../../../../core/domain/inference/median-reach.ts';

describe('medianReach', () => {
  // Ranks of the 95 % interval of a median, from 1, as printed tables have them (W. J. Conover, Practical Nonparametric
  // Statistics, 1999, section 3.2); equal to scipy.stats.binom.ppf(0.025, n, 0.5) of each n.
  it.each([
    { count: 6, lower: 1, upper: 6 },
    { count: 10, lower: 2, upper: 9 },
    { count: 11, lower: 2, upper: 10 },
    { count: 20, lower: 6, upper: 15 },
    { count: 100, lower: 40, upper: 61 },
    { count: 10_000, lower: 4902, upper: 5099 },
  ])('ends at the order statistics of the binomial for $count values', ({ count, lower, upper }) => {
    const reach = medianReach((k) => k + 1, count, 0.95);
    const median = (count + 1) / 2;
    expect(reach).toEqual({ below: median - lower, above: upper - median });
  });

  it('has none where even the ends are too near', () => {
    expect(medianReach((k) => k, 5, 0.95)).toBeUndefined();
    expect(medianReach((k) => k, 6, 0.99)).toBeUndefined();
    expect(medianReach((k) => k, 1, 0.5)).toBeUndefined();
  });

  it('keeps to values that are equal', () => {
    expect(medianReach(() => 3, 20, 0.95)).toEqual({ below: 0, above: 0 });
  });
});
