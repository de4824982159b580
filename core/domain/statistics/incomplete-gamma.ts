import { awayFromZero, TINY } from './away-from-zero.ts';
import { logGamma } from './log-gamma.ts';

const MAX_TERMS = 100_000;

/**
 * Regularized upper incomplete gamma function Q(a, x).
 *
 * @param a > 0.
 * @param x >= 0.
 * @returns In [0, 1]; 1 at x = 0.
 *
 * Series for x < a + 1, else the continued fraction by Lentz's method (Press et al., Numerical Recipes, 6.2).
 * Equivalent: `scipy.special.gammaincc`.
 */
export function upperIncompleteGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * series(a, x) : front * continuedFraction(a, x);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_TERMS; n++) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return sum;
}

function continuedFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < MAX_TERMS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / awayFromZero(numerator * d + b);
    c = awayFromZero(b + numerator / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return h;
}
