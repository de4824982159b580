/** Lanczos coefficients for g = 607/128, n = 15 (P. Godfrey, 2001); relative error about 1e-15. */
const LANCZOS: readonly [number, ...number[]] = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202,
  0.00003399464998481189, 0.00004652362892704858, -0.00009837447530487956, 0.0001580887032249125,
  -0.00021026444172410488, 0.00021743961811521265, -0.0001643181065367639, 0.00008441822398385275,
  -0.000026190838401581408, 0.0000036899182659531625,
];
const G = 607 / 128;
const HALF_LOG_TWO_PI = 0.9189385332046728;

/**
 * Natural logarithm of the gamma function.
 *
 * @param x > 0.
 * @example logGamma(5) // => 3.1780538303
 *
 * Equivalent: `scipy.special.gammaln`.
 */
export function logGamma(x: number): number {
  const [first, ...rest] = LANCZOS;
  const sum = rest.reduce<number>((total, coefficient, index) => total + coefficient / (x + index + 1), first);
  const t = x + G + 0.5;
  return (x + 0.5) * Math.log(t) - t + HALF_LOG_TWO_PI + Math.log(sum / x);
}
