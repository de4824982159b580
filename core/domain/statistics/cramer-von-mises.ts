import { chiSquareUpperTail } from './chi-square.ts';
import { logGamma } from './log-gamma.ts';

/** Below this the series loses its digits, and the tail is that of its first term. */
const SMALL_TAIL = 1e-9;
/** Step of the trapezoidal rule, which is exact to rounding for an integrand that falls off doubly exponentially. */
const STEP = 1 / 16;

/**
 * P(W > x) of the limit law of the Cramér-von Mises statistic.
 *
 * @param x >= 0.
 * @returns In [0, 1].
 *
 * Source: T. W. Anderson and D. A. Darling, Ann. Math. Statist. 23, 1952, equation 4.35; far out the first term of the sum
 * of chi-squares that it is the law of (V. M. Zolotarev, Theory Probab. Appl. 6, 1961).
 */
export function cramerVonMisesUpperTail(x: number): number {
  if (x <= 0) return 1;
  const tail = 1 - limitCdf(x);
  if (tail > SMALL_TAIL) return Math.min(1, tail);
  return Math.min(1, Math.SQRT2 * chiSquareUpperTail(Math.PI ** 2 * x, 1));
}

function limitCdf(x: number): number {
  let sum = 0;
  for (let k = 0; k < 200; k++) {
    const y = 4 * k + 1;
    const q = (y * y) / (16 * x);
    const u = Math.exp(logGamma(k + 0.5) - logGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x));
    const term = u * Math.sqrt(y) * Math.exp(-2 * q) * scaledBesselK(q);
    sum += term;
    if (Math.abs(term) < 1e-17) break;
  }
  return sum;
}

/** e^q K(1/4, q) = integral over t >= 0 of exp(-q (cosh t - 1)) cosh(t / 4). */
function scaledBesselK(q: number): number {
  let sum = 0.5;
  for (let t = STEP; ; t += STEP) {
    const term = Math.exp(-q * (Math.cosh(t) - 1)) * Math.cosh(t / 4);
    sum += term;
    if (term < 1e-18) return sum * STEP;
  }
}
