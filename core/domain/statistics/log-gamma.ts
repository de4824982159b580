/** Lanczos coefficients for g = 607/128, n = 15 (P. Godfrey, 2001); relative error about 1e-15. */
const LANCZOS = [
  0.99999999999999709182, 57.156235665862923517, -59.597960355475491248, 14.136097974741747174, -0.49191381609762019978,
  0.33994649984811888699e-4, 0.46523628927048575665e-4, -0.98374475304879564677e-4, 0.15808870322491248884e-3,
  -0.21026444172410488319e-3, 0.2174396181152126432e-3, -0.16431810653676389022e-3, 0.84418223983852743293e-4,
  -0.2619083840158140867e-4, 0.36899182659531622704e-5,
] as const;
const G = 607 / 128;
const HALF_LOG_TWO_PI = 0.91893853320467274178;

/**
 * Natural logarithm of the gamma function.
 *
 * @param x > 0.
 * @example logGamma(1) // => 0
 *
 * Equivalent: `scipy.special.gammaln`.
 */
export function logGamma(x: number): number {
  const [first, ...rest] = LANCZOS;
  const sum = rest.reduce((total, coefficient, index) => total + coefficient / (x + index + 1), first);
  const t = x + G + 0.5;
  return (x + 0.5) * Math.log(t) - t + HALF_LOG_TWO_PI + Math.log(sum / x);
}
