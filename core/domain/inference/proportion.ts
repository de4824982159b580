import { incompleteBeta } from '../statistics/incomplete-beta.ts';
import { normalQuantile } from '../statistics/normal.ts';

/** Distances from a value to the ends of its interval, both >= 0. */
export interface Reach {
  readonly below: number;
  readonly above: number;
}

/**
 * Wilson's score interval of a proportion (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).
 *
 * @param trials > 0.
 * @param level Two-sided, such as 0.95.
 * Equivalent: `statsmodels.stats.proportion.proportion_confint(method="wilson")`.
 */
export function wilsonReach(proportion: number, trials: number, level: number): Reach {
  const z = normalQuantile((1 + level) / 2);
  const shrink = 1 + (z * z) / trials;
  const centre = (proportion + (z * z) / (2 * trials)) / shrink;
  const half = (z / shrink) * Math.sqrt((proportion * (1 - proportion)) / trials + (z * z) / (4 * trials * trials));
  return { below: Math.max(0, proportion - (centre - half)), above: Math.max(0, centre + half - proportion) };
}

/**
 * The exact interval of a proportion (C. Clopper and E. Pearson, Biometrika 26, 1934): wrong on either side with at most
 * half of what the level leaves, where Wilson's is wrong on one side by twice that near 0 and 1.
 *
 * Equivalent: `statsmodels.stats.proportion.proportion_confint(method="beta")`.
 */
export function clopperPearsonReach(proportion: number, trials: number, level: number): Reach {
  const hits = Math.round(proportion * trials);
  const tail = (1 - level) / 2;
  return {
    below: hits === 0 ? 0 : proportion - betaQuantile(tail, hits, trials - hits + 1),
    above: hits === trials ? 0 : betaQuantile(1 - tail, hits + 1, trials - hits) - proportion,
  };
}

/** By bisection of the distribution function. */
function betaQuantile(p: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  while (high - low > 1e-14) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** One term of a linear combination: its weight, and how far the interval of its value reaches. */
export interface Term {
  readonly weight: number;
  readonly reach: Reach;
}

/**
 * The interval of a linear combination of two correlated estimates from the interval of each (MOVER: G. Zou and A. Donner,
 * Stat. Med. 27, 2008); of two paired proportions with Wilson's limits it is Newcombe's method 10 (Stat. Med. 17, 1998).
 */
export function combineReach(first: Term, second: Term, correlation: number): Reach {
  const join = (a: number, b: number) => Math.sqrt(Math.max(0, a * a + b * b + 2 * correlation * a * b));
  // With the sign of the weight; a negative one swaps the sides.
  const down = ({ weight, reach }: Term) => weight * (weight < 0 ? reach.above : reach.below);
  const up = ({ weight, reach }: Term) => weight * (weight < 0 ? reach.below : reach.above);
  return { below: join(down(first), down(second)), above: join(up(first), up(second)) };
}

/** The correlation of the errors of two estimates on the same rows, by their influences; 0 where one has none. */
export function influenceCorrelation(first: Float64Array, second: Float64Array): number {
  let [both, one, other] = [0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    const a = first[i] ?? 0;
    const b = second[i] ?? 0;
    both += a * b;
    one += a * a;
    other += b * b;
  }
  return one === 0 || other === 0 ? 0 : both / Math.sqrt(one) / Math.sqrt(other);
}

/**
 * Newcombe's correction of the correlation of two paired proportions for few rows: a positive one is moved towards 0 by
 * half a row.
 */
export function correctedCorrelation(
  correlation: number,
  { trials, proportions }: { readonly trials: number; readonly proportions: readonly [number, number] },
): number {
  const [p, q] = proportions;
  const halfRow = 1 / (2 * trials * Math.sqrt(p * (1 - p) * q * (1 - q)));
  return Math.max(Math.min(0, correlation), correlation - halfRow);
}
