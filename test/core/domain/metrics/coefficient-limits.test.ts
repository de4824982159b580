import { describe, expect, it } from 'vitest';
import { exactShareLimits } from '../../../../core/domain/inference/mean-limits.ts';
import { kappaOfAgreement, matthewsOfAgreement } from '../../../../core/domain/metrics/coefficient-limits.ts';
import { decidedRows, found, MULTICLASS } from './metric-rows.ts';

const TAIL = 0.025;
/** Of three classes of 60, 40 and 20 rows: how many of each are decided to be which. */
const COUNTS = [
  [50, 7, 3],
  [6, 30, 4],
  [2, 1, 17],
];
const rows = decidedRows(
  COUNTS.flatMap((row, truth) => row.flatMap((count) => new Array<number>(count).fill(truth))),
  COUNTS.flatMap((row) => row.flatMap((count, decided) => new Array<number>(count).fill(decided))),
);
const TOTAL = 120;
const sums = (of: (truth: number, decided: number) => boolean) =>
  COUNTS.flatMap((row, truth) => row.map((count, decided) => (of(truth, decided) ? count : 0))).reduce((a, b) => a + b);

function limitsOf(name: string) {
  const estimate = found(name, MULTICLASS, rows);
  if (estimate.kind !== 'estimate') throw new Error(estimate.reason);
  return estimate.distributionFree?.limits({ sampling: { kind: 'rows' }, weights: null }, TAIL);
}

/** The shares that a coefficient of three classes is made of, each with a seventh of the probability. */
const share = (hits: number) => exactShareLimits(hits, TOTAL, TAIL / 7);
const right = share(sums((truth, decided) => truth === decided));
const truths = [0, 1, 2].map((k) => share(sums((truth) => truth === k)));
const decisions = [0, 1, 2].map((k) => share(sums((_, decided) => decided === k)));
const chance = (end: 'lower' | 'upper') =>
  truths.reduce((sum, truth, k) => sum + truth[end] * (decisions[k]?.[end] ?? Number.NaN), 0);

describe('coefficients of several classes', () => {
  it('kappa is of the worst agreement with the most of it by chance, and of the best with the least', () => {
    const kappa = (agreed: number, byChance: number) => (agreed - byChance) / (1 - byChance);
    const limits = limitsOf('cohen_kappa');
    expect(limits?.lower).toBeCloseTo(kappa(right.lower, chance('upper')), 12);
    expect(limits?.upper).toBeCloseTo(kappa(right.upper, chance('lower')), 12);
    expect(limits?.method).toBe('Clopper-Pearson');
  });

  it('Matthews is over the variation that takes it further from 0 above, and nearer below', () => {
    const squares = (limits: readonly { lower: number; upper: number }[], end: 'lower' | 'upper') =>
      1 - limits.reduce((sum, limit) => sum + limit[end] ** 2, 0);
    const least = Math.max(0, squares(truths, 'upper')) * Math.max(0, squares(decisions, 'upper'));
    const most = Math.min(2 / 3, squares(truths, 'lower')) * Math.min(2 / 3, squares(decisions, 'lower'));
    const limits = limitsOf('mcc');
    expect(limits?.lower).toBeCloseTo((right.lower - chance('upper')) / Math.sqrt(most), 12);
    expect(limits?.upper).toBeCloseTo(Math.min(1, (right.upper - chance('lower')) / Math.sqrt(least)), 12);
  });
});

describe('kappaOfAgreement', () => {
  it('is -1 where all of an agreement may be by chance', () => {
    const variation = [0, 1] as const;
    expect(kappaOfAgreement({ right: 0.9, byChance: 0.8, variation })).toBeCloseTo(0.5, 12);
    expect(kappaOfAgreement({ right: 1, byChance: 1, variation })).toBe(-1);
    expect(kappaOfAgreement({ right: 0.5, byChance: 1.1, variation })).toBe(-1);
  });
});

describe('matthewsOfAgreement', () => {
  const variation = [0.25, 0.64] as const;
  it.each([
    ['above chance, as low as possible', 0.8, 0.4, true, 0.4 / 0.8],
    ['above chance, as high as possible', 0.8, 0.4, false, 0.4 / 0.5],
    ['below chance, as low as possible', 0.4, 0.8, true, -0.4 / 0.5],
    ['below chance, as high as possible', 0.4, 0.8, false, -0.4 / 0.8],
    ['at chance', 0.5, 0.5, true, 0],
  ])('is %s', (_, agreed, byChance, isLower, value) => {
    expect(matthewsOfAgreement({ right: agreed, byChance, variation }, isLower)).toBeCloseTo(value, 12);
  });

  it('is 1, -1 or 0 where nothing has to vary', () => {
    const nothing = [0, 0] as const;
    expect(matthewsOfAgreement({ right: 0.9, byChance: 0.5, variation: nothing }, false)).toBe(1);
    expect(matthewsOfAgreement({ right: 0.5, byChance: 0.9, variation: nothing }, true)).toBe(-1);
    expect(matthewsOfAgreement({ right: 0.5, byChance: 0.5, variation: nothing }, true)).toBe(0);
  });
});
