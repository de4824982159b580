import { upperIncompleteGamma } from './incomplete-gamma.ts';

/**
 * P(X > x) of the chi-square distribution.
 *
 * @param x >= 0.
 * @param degreesOfFreedom > 0.
 * @example chiSquareUpperTail(3.841458820694124, 1) // => 0.05
 *
 * Equivalent: `scipy.stats.chi2.sf`.
 */
export function chiSquareUpperTail(x: number, degreesOfFreedom: number): number {
  return upperIncompleteGamma(degreesOfFreedom / 2, x / 2);
}
