import { describe, expect, it } from 'vitest';
import { errorShareBound } from '../../../../core/domain/inference/exact-edge.ts';
import { meanLowerLimit, meanUpperLimit } from '../../../../core/domain/inference/relative-entropy.ts';
import golden from '../../../golden/limits.json' with { type: 'json' };

describe('meanUpperLimit', () => {
  it.each(golden.means)('equals SciPy for a mean of $mean of $trials', ({ mean, trials, tail, upper }) => {
    expect(meanUpperLimit(mean, trials, tail)).toBeCloseTo(upper, 9);
    expect(meanLowerLimit(1 - mean, trials, tail)).toBeCloseTo(1 - upper, 9);
  });

  it('of values that are all 0 is the exact bound of a share', () => {
    for (const trials of [1, 7, 191])
      expect(meanUpperLimit(0, trials, 0.025)).toBeCloseTo(errorShareBound(trials, 0.95), 12);
  });

  it('leaves everything possible without a value, and cuts rounding', () => {
    expect(meanUpperLimit(0.2, 0, 0.025)).toBe(1);
    expect(meanLowerLimit(0.2, 0.5, 0.025)).toBe(0);
    expect(meanUpperLimit(-1e-17, 10, 0.025)).toBe(meanUpperLimit(0, 10, 0.025));
    expect(meanUpperLimit(1 + 1e-16, 10, 0.025)).toBe(1);
  });

  it('is beyond the truth as often as the binomial law says or less', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    for (const truth of [0.01, 0.1, 0.37, 0.8]) {
      let missed = 0;
      for (let hits = 0; hits <= 30; hits++) {
        const isMissed = meanUpperLimit(hits / 30, 30, 0.05) < truth;
        if (isMissed) missed += choose(30, hits) * truth ** hits * (1 - truth) ** (30 - hits);
      }
      expect(missed).toBeLessThanOrEqual(0.05);
    }
  });
});

describe('a mean of less than one value', () => {
  it('may be anything', () => {
    expect(meanUpperLimit(0, 0.5, 0.5)).toBe(1);
    expect(meanUpperLimit(0, 0, 0.5)).toBe(1);
    expect(meanLowerLimit(1, 0.5, 0.5)).toBe(0);
  });
});
