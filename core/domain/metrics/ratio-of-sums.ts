import { once } from '../inference/once.ts';
import type { MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';

/** Contribution of each row to the numerator and the denominator of a ratio. */
export interface RatioTerms {
  readonly numerator: Float64Array;
  readonly denominator: Float64Array;
  readonly weights: ScoredRows['weights'];
  /** Why there is no value where the denominator is 0. */
  readonly whenEmpty: string;
}

/** A ratio of two weighted sums over rows, by the delta method: influence n w (a - R b) / (sum of w b). */
export function ratioOfSums(terms: RatioTerms): MetricEstimate | UndefinedMetric {
  const { numerator, denominator, weights, whenEmpty } = terms;
  const rows = numerator.length;
  let above = 0;
  let below = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    above += weight * (numerator[i] ?? 0);
    below += weight * (denominator[i] ?? 0);
  }
  if (below === 0) return { kind: 'undefined', reason: whenEmpty };
  const value = above / below;
  const influence = once(() => {
    const parts = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      const weight = weights === null ? 1 : (weights[i] ?? 0);
      parts[i] = (weight * rows * ((numerator[i] ?? 0) - value * (denominator[i] ?? 0))) / below;
    }
    return parts;
  });
  return { kind: 'estimate', value, influence, byClass: false };
}
