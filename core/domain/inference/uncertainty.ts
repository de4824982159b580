import type { MetricEstimate } from '../metrics/metric.ts';
import { studentTQuantile } from '../statistics/student-t.ts';
import type { NamedReach } from './distribution-free.ts';
import type { Population } from './population.ts';
import type { Reach } from './proportion.ts';
import type { StandardError } from './standard-error.ts';

/** Chosen: below ten independent units a t interval rests on too few to tell its own width. */
export const MIN_UNITS = 10;
/** A value with its known error: exact, estimated, or a reason why nothing is. */
export type Uncertainty =
  | { readonly kind: 'exact'; readonly method: string }
  | ({
      readonly kind: 'estimated';
      /** Half width of the interval of a two-sided level; undefined: Student's t. */
      readonly reach?: (level: number) => Reach;
    } & StandardError)
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** Present where more rows would help: what there is, and what is needed. */
      readonly lack?: { readonly has: number; readonly needs: number };
    };

/** An uncertainty of which nothing is known but why. */
export type Unknown = Uncertainty & { readonly kind: 'unknown' };

/** An interval that holds for every law of the rows, with the standard error that it amounts to. */
export function conservative({ reach, method }: NamedReach, found: StandardError): Uncertainty {
  return { kind: 'estimated', ...found, standardError: typical(0, reach), reach, method };
}

/** Why not even an interval that holds for every law is known: of a loss without an end, or of weighted rows. */
export function explained(unknown: Unknown, estimates: readonly MetricEstimate[], population: Population): Uncertainty {
  if (hasFewUnits(population) || estimates.some(({ withoutInterval }) => withoutInterval !== undefined)) return unknown;
  const isUnbounded = estimates.some(({ range }) => range !== undefined && !range.every(Number.isFinite));
  if (isUnbounded)
    return {
      ...unknown,
      reason: `${unknown.reason}; nothing limits this metric, so no cautious interval takes its place`,
    };
  const isWeighted = population.weights !== null && estimates.every(({ distributionFree }) => distributionFree);
  if (!isWeighted) return unknown;
  return {
    ...unknown,
    reason: `${unknown.reason}; of weighted rows this metric has no cautious interval in its place`,
  };
}

/** A standard error, or where the influences show none the one that an interval of another form amounts to. */
export function typical(standardError: number, reach: (level: number) => Reach): number {
  if (standardError > 0) return standardError;
  const { below, above } = reach(0.95);
  return Math.max(below, above) / studentTQuantile(0.975, 1e6);
}

/** Number of independent rows or groups. */
export function unitsOf({ sampling, labels }: Pick<Population, 'sampling' | 'labels'>): number {
  return sampling.kind === 'clusters' ? sampling.count : labels.length;
}

/** True if there are too few independent rows or groups for any interval. */
export function hasFewUnits(population: Population): boolean {
  return unitsOf(population) < MIN_UNITS;
}
