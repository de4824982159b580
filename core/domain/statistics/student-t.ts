import { incompleteBeta } from './incomplete-beta.ts';
import { logGamma } from './log-gamma.ts';
import { normalQuantile } from './normal.ts';

/**
 * P(T <= t) of Student's t distribution.
 *
 * @param degreesOfFreedom > 0.
 * @example studentTCdf(0, 5) // => 0.5
 *
 * Equivalent: `scipy.stats.t.cdf`.
 */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  const tail = incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/**
 * The t with P(T <= t) = p of Student's t distribution.
 *
 * @param p In (0, 1).
 * @param degreesOfFreedom >= 1.
 * @example studentTQuantile(0.975, 30) // => 2.0422724563012373
 *
 * Newton's method on the distribution function, kept inside a bracket; above 10,000 degrees of freedom, where the
 * logarithms of gamma cancel, the expansion of Abramowitz and Stegun 26.7.5. Equivalent: `scipy.stats.t.ppf`.
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentTQuantile(1 - p, degreesOfFreedom);
  if (degreesOfFreedom > 10_000) return expansion(normalQuantile(p), degreesOfFreedom);
  // The tail, not 1 - tail: keeps the digits for p near 1.
  const tail = 1 - p;
  let low = normalQuantile(p);
  let high = Math.max(2 * low, 1);
  while (studentTUpperTail(high, degreesOfFreedom) > tail) high *= 2;
  let t = low;
  for (let round = 0; round < 200; round++) {
    const excess = studentTUpperTail(t, degreesOfFreedom) - tail;
    if (excess > 0) low = t;
    else high = t;
    const next = t + excess / density(t, degreesOfFreedom);
    const moved = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(moved - t) < 1e-15 * Math.abs(t)) return moved;
    t = moved;
  }
  return t;
}

function expansion(z: number, df: number): number {
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / df + second / df ** 2 + third / df ** 3;
}

/**
 * P(T > t) of Student's t distribution, with the digits of small tails.
 *
 * @param t >= 0.
 *
 * Equivalent: `scipy.stats.t.sf`.
 */
export function studentTUpperTail(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
}

function density(t: number, df: number): number {
  const log = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  return Math.exp(log - ((df + 1) / 2) * Math.log1p((t * t) / df));
}
