import { type Population, type Uncertainty, uncertaintyOf } from './interval.ts';
import type { MetricEstimate } from './metric.ts';

/** Two estimates of one metric on the same rows. */
export interface PairedEstimates {
  readonly candidate: MetricEstimate;
  readonly champion: MetricEstimate;
  /** Both models gave every row the same score. */
  readonly identical: boolean;
}

/** A linear combination `candidate * a + champion * b + constant`. */
export interface Weights {
  readonly candidate: number;
  readonly champion: number;
  readonly constant: number;
}

/** A value with what is known of its error. */
export interface ContrastEstimate {
  readonly value: number;
  readonly uncertainty: Uncertainty;
}

/**
 * A linear combination of a metric of two models on the same rows, with its paired error.
 *
 * @param pair Influences of equal length. Identical predictions have no error between them: the result is exact.
 */
export function contrast(pair: PairedEstimates, weights: Weights, population: Population): ContrastEstimate {
  const { candidate, champion } = pair;
  const value = weights.candidate * candidate.value + weights.champion * champion.value + weights.constant;
  if (pair.identical) return { value, uncertainty: { kind: 'exact', method: 'identical predictions' } };
  const influence = candidate.influence.map(
    (part, i) => weights.candidate * part + weights.champion * (champion.influence[i] ?? 0),
  );
  const byClass = candidate.byClass;
  const scale = Math.abs(candidate.value) + Math.abs(champion.value);
  return { value, uncertainty: uncertaintyOf({ kind: 'estimate', value, influence, byClass }, population, scale) };
}
