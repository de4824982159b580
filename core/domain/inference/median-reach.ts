import { incompleteBeta } from '../statistics/incomplete-beta.ts';
import type { Reach } from './proportion.ts';

/**
 * The interval of a median between two order statistics: exact for every law, since the number of independent values
 * below the median is binomial (W. R. Thompson, Ann. Math. Stat. 7, 1936).
 *
 * @param at The k-th smallest value, from 0.
 * @param count > 0.
 * @param level Two-sided, such as 0.95.
 * @returns undefined where even all values are too few for the level.
 * @example medianReach((k) => k + 1, 10, 0.95) // => { below: 3.5, above: 3.5 }
 */
export function medianReach(at: (k: number) => number, count: number, level: number): Reach | undefined {
  const tail = (1 - level) / 2;
  // The most values that may be below the lower end: P(Binomial(n, 1/2) <= k) = I_{1/2}(n - k, k + 1).
  let [low, high] = [-1, Math.floor((count - 1) / 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (incompleteBeta(0.5, count - middle, middle + 1) <= tail) low = middle;
    else high = middle - 1;
  }
  if (low < 0) return undefined;
  const median = (at(Math.floor((count - 1) / 2)) + at(Math.floor(count / 2))) / 2;
  return { below: median - at(low), above: at(count - 1 - low) - median };
}
