import type { SampledRows } from './population.ts';
import { clopperPearsonReach } from './proportion.ts';
import { meanLowerLimit, meanUpperLimit } from './relative-entropy.ts';

/** Ends that the truth is beyond with at most a given probability on each side, whatever the law of the rows. */
export interface Limits {
  readonly lower: number;
  readonly upper: number;
  readonly method: string;
}

/** Probabilities of being wrong, by side. */
export interface Tails {
  readonly lower: number;
  readonly upper: number;
}

/** Independent parts of a mean of values in [0, 1]. */
interface UnitMean {
  readonly mean: number;
  /** Rows, or groups, with some of the mass. */
  readonly units: number;
  /** The largest unit's mass over that of the average one, >= 1. */
  readonly inequality: number;
}

/** The rows of a mean, and their weight. */
export interface RowMass {
  readonly rows: number;
  /** By row, >= 0; null: all the same. */
  readonly mass: Float64Array | null;
}

/** Units of a mean, and probabilities of being wrong. */
export interface MeanSampling {
  readonly sampling: SampledRows['sampling'];
  readonly tails: Tails;
}

/**
 * Limits of a mean of values in [0, 1], by rows or by groups, weighted or not.
 *
 * @param values By row; where the mass is 0 they do not count.
 * @param mass What each row weighs, >= 0; null: all the same.
 */
export function meanLimits(values: Float64Array, mass: Float64Array | null, sampled: MeanSampling): Limits {
  return limitsAbout(meanOf(values, mass), { rows: values.length, mass }, sampled);
}

/**
 * The same, where the mean is known already.
 *
 * Given what the units weigh, the mean is that of independent values between 0 and what the largest unit has; within a
 * group rows may depend on each other in any way. Unequal units make it wider, as if there were fewer.
 *
 * @param mean In [0, 1], but for rounding.
 */
export function limitsAbout(mean: number, of: RowMass, { sampling, tails }: MeanSampling): Limits {
  const unit = { mean: Math.min(1, Math.max(0, mean)), ...unitsOf(of, sampling) };
  return {
    lower: 1 - upperLimit({ ...unit, mean: 1 - unit.mean }, tails.lower),
    upper: upperLimit(unit, tails.upper),
    method: methodOf('Hoeffding bound', sampling),
  };
}

/**
 * By the values, or by what they are less than 1, whichever is nearer: for every true mean both exclude means up to some
 * number, so that the nearer one is not wrong more often.
 */
function upperLimit({ mean, units, inequality }: UnitMean, tail: number): number {
  const byValues = inequality * meanUpperLimit(mean / inequality, units, tail);
  const byRest = 1 - inequality * meanLowerLimit((1 - mean) / inequality, units, tail);
  return Math.max(mean, Math.min(1, byValues, byRest));
}

/** The name of a method, with what it counts where that is not rows. */
export function methodOf(name: string, { kind }: SampledRows['sampling']): string {
  return kind === 'clusters' ? `${name} by group` : name;
}

/** The mean of values by their mass; 0 where nothing has any. */
export function meanOf(values: Float64Array, mass: Float64Array | null): number {
  let [total, sum] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const own = mass === null ? 1 : (mass[i] ?? 0);
    total += own;
    sum += own * (values[i] ?? 0);
  }
  return total === 0 ? 0 : sum / total;
}

function unitsOf({ rows, mass }: RowMass, sampling: SampledRows['sampling']): Omit<UnitMean, 'mean'> {
  const masses = new Float64Array(sampling.kind === 'clusters' ? sampling.count : rows);
  for (let i = 0; i < rows; i++) {
    const unit = sampling.kind === 'clusters' ? (sampling.ids[i] ?? 0) : i;
    masses[unit] = (masses[unit] ?? 0) + (mass === null ? 1 : (mass[i] ?? 0));
  }
  let [units, largest, total] = [0, 0, 0];
  for (const one of masses) {
    if (one > 0) units++;
    largest = Math.max(largest, one);
    total += one;
  }
  return { units, inequality: total === 0 ? 1 : Math.max(1, (largest * units) / total) };
}

/**
 * Exact limits of a share of independent rows (C. Clopper and E. Pearson, Biometrika 26, 1934).
 *
 * @returns The whole of [0, 1] where there are no rows.
 */
export function exactShareLimits(hits: number, trials: number, tail: number): Limits {
  const method = 'Clopper-Pearson';
  if (trials === 0) return { lower: 0, upper: 1, method };
  const { below, above } = clopperPearsonReach(hits / trials, trials, 1 - 2 * tail);
  return { lower: hits / trials - below, upper: hits / trials + above, method };
}
