import type { MetricEstimate, UndefinedMetric } from './metric.ts';

/** What each row adds to the numerator and the denominator of a ratio. */
export interface RatioTerms {
  readonly numerator: Float64Array;
  readonly denominator: Float64Array;
  /** Why there is no value where the denominator is 0. */
  readonly whenEmpty: string;
}

/** A ratio of two sums over rows, by the delta method: influence n (a - R b) / (sum of b). */
export function ratioOfSums({ numerator, denominator, whenEmpty }: RatioTerms): MetricEstimate | UndefinedMetric {
  const rows = numerator.length;
  const below = denominator.reduce((sum, value) => sum + value, 0);
  if (below === 0) return { kind: 'undefined', reason: whenEmpty };
  const value = numerator.reduce((sum, part) => sum + part, 0) / below;
  const influence = numerator.map((part, i) => (rows * (part - value * (denominator[i] ?? 0))) / below);
  return { kind: 'estimate', value, influence, byClass: false };
}
