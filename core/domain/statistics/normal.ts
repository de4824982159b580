import { upperIncompleteGamma } from './incomplete-gamma.ts';

/**
 * P(X <= x) of the standard normal distribution.
 *
 * @example normalCdf(1.959963984540054) // => 0.975
 *
 * Equivalent: `scipy.stats.norm.cdf`.
 */
export function normalCdf(x: number): number {
  const tail = upperIncompleteGamma(0.5, (x * x) / 2) / 2;
  return x > 0 ? 1 - tail : tail;
}

/**
 * The x with P(X <= x) = p of the standard normal distribution.
 *
 * @param p In (0, 1).
 * @example normalQuantile(0.975) // => 1.959963984540054
 *
 * Abramowitz and Stegun 26.2.23 as the start, then Newton's method on the distribution function.
 * Equivalent: `scipy.stats.norm.ppf`.
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let x = -(
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3)
  );
  for (let round = 0; round < 20; round++) {
    const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    const step = (normalCdf(x) - p) / density;
    // Halley's correction: the third order makes a few rounds enough in the tails.
    const corrected = step / (1 + (x * step) / 2);
    x -= corrected;
    if (Math.abs(corrected) < 1e-14 * Math.max(1, Math.abs(x))) break;
  }
  return x;
}
