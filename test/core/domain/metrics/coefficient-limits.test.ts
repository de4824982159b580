import { describe, expect, it } from 'vitest';
import { exactShareLimits } from '../../../../core/domain/inference/mean-limits.ts';
import { kappaOfAgreement, matthewsOfAgreement } from '../../../../core/domain/metrics/coefficient-limits.ts';
import { decidedRows, found, MULTICLASS } from './metric-rows.ts';

const TAIL = 0.025;
const METRICS = ['cohen_kappa', 'mcc'] as const;
/** How many rows of each class are decided to be which: of classes of about the same size, and of one that most rows have. */
const CONFUSIONS = {
  'classes of about the same size': [
    [50, 7, 3],
    [6, 30, 4],
    [2, 1, 17],
  ],
  'a class that most rows have': [
    [800, 60, 40],
    [30, 20, 5],
    [25, 10, 10],
  ],
  'a class that most rows have, of decisions that are nearly always right': [
    [900, 2, 1],
    [3, 50, 1],
    [1, 2, 40],
  ],
};
type Ends = { readonly lower: number; readonly upper: number };

/** Limits by the code, and what they are of: shares with a seventh of the probability each. */
function sharesOf(counts: readonly (readonly number[])[]) {
  const repeated = (of: (truth: number, decided: number) => number) =>
    counts.flatMap((row, truth) => row.flatMap((count, decided) => new Array<number>(count).fill(of(truth, decided))));
  const [labels, decided] = [repeated((truth) => truth), repeated((_, one) => one)];
  const share = (is: (truth: number, one: number) => boolean) => {
    const hits = labels.filter((label, row) => is(label, decided[row] ?? -1)).length;
    return exactShareLimits(hits, labels.length, TAIL / 7);
  };
  const truths = [0, 1, 2].map((k) => share((truth) => truth === k));
  const decisions = [0, 1, 2].map((k) => share((_, one) => one === k));
  const chance = (end: keyof Ends) =>
    truths.reduce((sum, truth, k) => sum + truth[end] * (decisions[k]?.[end] ?? Number.NaN), 0);
  const right = share((truth, one) => truth === one);
  const limitsOf = (name: (typeof METRICS)[number]) => {
    const estimate = found(name, MULTICLASS, decidedRows(labels, decided));
    if (estimate.kind !== 'estimate') throw new Error(estimate.reason);
    return estimate.distributionFree?.limits({ sampling: { kind: 'rows' }, weights: null }, TAIL);
  };
  return { right, truths, decisions, chance, limitsOf };
}

describe.each(Object.entries(CONFUSIONS))('coefficients of several classes: %s', (_, counts) => {
  const { right, truths, decisions, chance, limitsOf } = sharesOf(counts);

  it('kappa is of the worst agreement with the most of it by chance, and of the best with the least', () => {
    const kappa = (agreed: number, byChance: number) => (agreed - byChance) / (1 - byChance);
    const limits = limitsOf('cohen_kappa');
    expect(limits?.lower).toBeCloseTo(Math.max(-1, kappa(right.lower, Math.min(1, chance('upper')))), 12);
    expect(limits?.upper).toBeCloseTo(kappa(right.upper, chance('lower')), 12);
    expect(limits?.method).toBe('Clopper-Pearson');
  });

  it('Matthews is over the variation that takes it furthest down, and furthest up', () => {
    const squares = (limits: readonly Ends[], end: keyof Ends) =>
      1 - limits.reduce((sum, limit) => sum + limit[end] ** 2, 0);
    const least = Math.max(0, squares(truths, 'upper')) * Math.max(0, squares(decisions, 'upper'));
    const most = Math.min(2 / 3, squares(truths, 'lower')) * Math.min(2 / 3, squares(decisions, 'lower'));
    const [below, above] = [right.lower - Math.min(1, chance('upper')), right.upper - chance('lower')];
    const limits = limitsOf('mcc');
    expect(limits?.lower).toBeCloseTo(Math.max(-1, below / Math.sqrt(below < 0 ? least : most)), 12);
    expect(limits?.upper).toBeCloseTo(Math.min(1, above / Math.sqrt(above < 0 ? most : least)), 12);
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
