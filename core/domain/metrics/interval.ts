import { studentTQuantile } from '../statistics/student-t.ts';
import type { Metric, MetricEstimate } from './metric.ts';
import { type Sampling, type StandardError, standardErrorOf } from './standard-error.ts';

/** Chosen: below ten independent units a t interval rests on too few to tell its own width. */
export const MIN_UNITS = 10;
/** Standard errors below this share of the values are rounding, not evidence. */
const ROUNDING = 1e-13;

/** A value with what is known of its error: exact, estimated, or a reason why nothing is. */
export type Uncertainty =
  | { readonly kind: 'exact'; readonly method: string }
  | ({ readonly kind: 'estimated' } & StandardError)
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** Present where more independent units would help. */
      readonly units?: number;
    };

/** A two-sided confidence interval. */
export interface ConfidenceInterval {
  readonly lower: number;
  readonly upper: number;
  /** Such as 0.95. */
  readonly level: number;
  readonly method: string;
}

/** Rows of a population: which belong together, and their labels. */
export interface Population {
  readonly sampling: Sampling;
  readonly labels: Float64Array;
}

/**
 * What is known of the error of a value or contrast. Never an error of 0: no variation in a sample is no proof of none.
 *
 * @param scale The size of the numbers that it was made of, to tell rounding from evidence.
 */
export function uncertaintyOf(estimate: MetricEstimate, population: Population, scale = 1): Uncertainty {
  const { sampling, labels } = population;
  const units = sampling.kind === 'clusters' ? sampling.count : labels.length;
  if (units < MIN_UNITS) {
    const what = sampling.kind === 'clusters' ? 'groups' : 'rows';
    return { kind: 'unknown', reason: `${units} independent ${what} are fewer than the ${MIN_UNITS} needed`, units };
  }
  const found = standardErrorOf(estimate, sampling, labels);
  if (!Number.isFinite(found.standardError) || found.standardError <= ROUNDING * Math.max(scale, Number.MIN_VALUE)) {
    return { kind: 'unknown', reason: 'the rows show no variation to estimate an error from' };
  }
  return { kind: 'estimated', ...found };
}

/**
 * The two-sided interval at a level.
 *
 * @param range Values that the metric can take; the interval ends there.
 * @returns undefined where the error is unknown.
 */
export function intervalOf(
  value: number,
  uncertainty: Uncertainty,
  { level, range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] }: { level: number; range?: Metric['range'] },
): ConfidenceInterval | undefined {
  if (uncertainty.kind === 'unknown') return undefined;
  if (uncertainty.kind === 'exact') return { lower: value, upper: value, level, method: uncertainty.method };
  const half = studentTQuantile((1 + level) / 2, uncertainty.degreesOfFreedom) * uncertainty.standardError;
  const [lowest, highest] = range;
  const lower = Math.max(lowest, value - half);
  const upper = Math.min(highest, value + half);
  return { lower, upper, level, method: uncertainty.method };
}
