import { describe, expect, it } from 'vitest';
import { exactShareLimits, meanLimits } from '../../../../core/domain/inference/mean-limits.ts';
import { meanLowerLimit, meanUpperLimit } from '../../../../core/domain/inference/relative-entropy.ts';

const tails = { lower: 0.025, upper: 0.01 };
const ROWS = { kind: 'rows' } as const;
const values = Float64Array.from({ length: 60 }, (_, row) => (row % 5) / 10);

/** Groups of these sizes, one after the other. */
function groups(sizes: readonly number[]) {
  return {
    kind: 'clusters',
    ids: Uint32Array.from(sizes.flatMap((size, group) => new Array<number>(size).fill(group))),
    count: sizes.length,
  } as const;
}

describe('meanLimits', () => {
  it('of independent rows are those of as many values', () => {
    expect(meanLimits(values, null, { sampling: ROWS, tails })).toEqual({
      lower: expect.closeTo(meanLowerLimit(0.2, 60, 0.025), 12),
      upper: expect.closeTo(meanUpperLimit(0.2, 60, 0.01), 12),
      method: 'Hoeffding bound',
    });
  });

  it('of equal groups are those of as many values as groups', () => {
    const { lower, upper, method } = meanLimits(values, null, { sampling: groups(new Array(12).fill(5)), tails });
    expect(lower).toBeCloseTo(meanLowerLimit(0.2, 12, 0.025), 12);
    expect(upper).toBeCloseTo(meanUpperLimit(0.2, 12, 0.01), 12);
    expect(method).toBe('Hoeffding bound by group');
  });

  it('of unequal groups, and of unequal weights, are those of values up to what the largest has', () => {
    // The largest of 29 has 4 of 60 rows: nearly twice as many as the mean.
    const sizes = [4, ...new Array<number>(28).fill(2)];
    const unequal = (4 * 29) / 60;
    const found = meanLimits(values, null, { sampling: groups(sizes), tails });
    // Of the values, or of what they are less than 1, whichever is nearer.
    const upper = [
      unequal * meanUpperLimit(0.2 / unequal, 29, 0.01),
      1 - unequal * meanLowerLimit(0.8 / unequal, 29, 0.01),
    ];
    expect(found.upper).toBeCloseTo(Math.min(...upper), 12);
    expect(Math.abs((upper[0] ?? 0) - (upper[1] ?? 0))).toBeGreaterThan(0.001);
    expect(found.lower).toBeCloseTo(unequal * meanLowerLimit(0.2 / unequal, 29, 0.025), 12);
    // Turned round, the same.
    const turned = meanLimits(
      values.map((value) => 1 - value),
      null,
      {
        sampling: groups(sizes),
        tails: { lower: 0.01, upper: 0.025 },
      },
    );
    expect([turned.lower, turned.upper]).toEqual([
      expect.closeTo(1 - found.upper, 12),
      expect.closeTo(1 - found.lower, 12),
    ]);
    const weights = Float64Array.from({ length: 100 }, (_, row) => (row === 0 ? 2.5 : 1));
    const heaviest = 250 / 101.5;
    const constant = new Float64Array(100).fill(0.02);
    const weighted = meanLimits(constant, weights, { sampling: ROWS, tails });
    expect(weighted.upper).toBeCloseTo(heaviest * meanUpperLimit(0.02 / heaviest, 100, 0.01), 12);
  });

  it('do not count what has no mass, and leave everything possible without any', () => {
    const mass = Float64Array.from({ length: 60 }, (_, row) => (row < 30 ? 1 : 0));
    expect(meanLimits(values, mass, { sampling: ROWS, tails })).toEqual(
      meanLimits(values.slice(0, 30), null, { sampling: ROWS, tails }),
    );
    expect(meanLimits(values, new Float64Array(60), { sampling: ROWS, tails })).toMatchObject({ lower: 0, upper: 1 });
  });
});

describe('exactShareLimits', () => {
  it('are those of Clopper and Pearson, with the probability of each side', () => {
    // scipy.stats.binomtest(3, 200).proportion_ci(0.95, "exact")
    const { lower, upper, method } = exactShareLimits(3, 200, 0.025);
    expect([lower, upper]).toEqual([expect.closeTo(0.003104107621555085, 9), expect.closeTo(0.043208281917709784, 9)]);
    expect(method).toBe('Clopper-Pearson');
  });

  it('leave everything possible without rows', () => {
    expect(exactShareLimits(0, 0, 0.025)).toMatchObject({ lower: 0, upper: 1 });
  });
});
