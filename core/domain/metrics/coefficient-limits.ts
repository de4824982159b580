import type { Limits } from '../inference/mean-limits.ts';
import { accuracyLimits, type CellShares, type LimitsOfShares, recallLimits } from './confusion-limits.ts';
import type { Confusion, ConfusionValue, UndefinedMetric } from './metric.ts';

/** Chosen: the value is smooth between this number of prevalences of label 1. */
const PREVALENCES = 16;

/**
 * Of a coefficient of two classes that grows with the recall of both: Matthews' and Cohen's do, at every prevalence.
 * Of more classes from the share of right decisions, which has to exceed that by chance, and the shares of each class.
 */
export function coefficientLimits(
  ofConfusion: (confusion: Confusion) => ConfusionValue | UndefinedMetric,
  ofAgreement: (agreement: Agreement, isLower: boolean) => number,
): LimitsOfShares {
  return (shares, tail) =>
    shares.classes === 2 ? limitsOfTwo(ofConfusion, shares, tail) : limitsOfMany(ofAgreement, shares, tail);
}

function limitsOfTwo(
  of: (confusion: Confusion) => ConfusionValue | UndefinedMetric,
  shares: CellShares,
  tail: number,
): Limits {
  const part = tail / 3;
  const [first, second] = [recallLimits(0, shares, part), recallLimits(1, shares, part)];
  const ones = shares.share(
    (truth) => truth === 1,
    () => true,
    part,
  );
  const valueAt = (prevalence: number, zero: number, one: number) => {
    const counts = [(1 - prevalence) * zero, (1 - prevalence) * (1 - zero), prevalence * (1 - one), prevalence * one];
    const found = of({ classes: 2, counts: Float64Array.from(counts) });
    return 'kind' in found ? 0 : found.value;
  };
  const prevalences = Array.from(
    { length: PREVALENCES + 1 },
    (_, step) => ones.lower + ((ones.upper - ones.lower) * step) / PREVALENCES,
  );
  return {
    lower: Math.min(...prevalences.map((prevalence) => valueAt(prevalence, first.lower, second.lower))),
    upper: Math.max(...prevalences.map((prevalence) => valueAt(prevalence, first.upper, second.upper))),
    method: first.method,
  };
}

/** The worst, or the best, of what a coefficient of agreement is made of. */
export interface Agreement {
  readonly right: number;
  readonly byChance: number;
  /** The smallest and the largest product of how much true and decided classes vary: 1 less the sum of squared shares. */
  readonly variation: readonly [number, number];
}

function limitsOfMany(
  of: (agreement: Agreement, isLower: boolean) => number,
  shares: CellShares,
  tail: number,
): Limits {
  const part = tail / (2 * shares.classes + 1);
  const right = accuracyLimits(shares, part);
  const classes = Array.from({ length: shares.classes }, (_, k) => k);
  const truths = classes.map((k) =>
    shares.share(
      (truth) => truth === k,
      () => true,
      part,
    ),
  );
  const decided = classes.map((k) =>
    shares.share(
      (_, one) => one === k,
      () => true,
      part,
    ),
  );
  const sum = (by: (k: number) => number) => classes.reduce((all, k) => all + by(k), 0);
  const chance = (end: 'lower' | 'upper') =>
    Math.min(
      1,
      sum((k) => (truths[k]?.[end] ?? 0) * (decided[k]?.[end] ?? 0)),
    );
  const squares = (limits: readonly Limits[], end: 'lower' | 'upper') => sum((k) => (limits[k]?.[end] ?? 0) ** 2);
  const most = 1 - 1 / shares.classes;
  const varies = (limits: readonly Limits[]) => [
    Math.max(0, 1 - squares(limits, 'upper')),
    Math.min(most, 1 - squares(limits, 'lower')),
  ];
  const [a, b] = [varies(truths), varies(decided)];
  const variation = [(a[0] ?? 0) * (b[0] ?? 0), (a[1] ?? 0) * (b[1] ?? 0)] as const;
  return {
    lower: Math.max(-1, of({ right: right.lower, byChance: chance('upper'), variation }, true)),
    upper: Math.min(1, of({ right: right.upper, byChance: chance('lower'), variation }, false)),
    method: right.method,
  };
}

/** Cohen's kappa of an agreement. */
export function kappaOfAgreement({ right, byChance }: Agreement): number {
  return byChance >= 1 ? -1 : (right - byChance) / (1 - byChance);
}

/** Matthews' coefficient, as far from 0 as the variation leaves possible below it, as near as it does above. */
export function matthewsOfAgreement(
  { right, byChance, variation: [least, most] }: Agreement,
  isLower: boolean,
): number {
  const above = right - byChance;
  const below = above >= 0 === isLower ? most : least;
  if (below === 0) return Math.sign(above);
  return above / Math.sqrt(below);
}
