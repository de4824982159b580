/**
 * The largest true mean that a mean of independent values in [0, 1] leaves possible, whatever their laws (W. Hoeffding,
 * J. Am. Stat. Assoc. 58, 1963, theorem 1): the one whose relative entropy from the mean is ln(1 / tail) / trials. Of
 * values that are all 0 it is the exact bound of a share, 1 - tail^(1 / trials).
 *
 * @param mean In [0, 1]; rounding beyond is cut.
 * @param trials Number of values; below 1 every mean is possible.
 * @param tail Probability of being wrong, in (0, 1).
 * @returns In [mean, 1].
 * @example meanUpperLimit(0, 100, 0.025) // => 0.0362167
 */
export function meanUpperLimit(mean: number, trials: number, tail: number): number {
  const from = Math.min(1, Math.max(0, mean));
  if (trials < 1) return 1;
  const allowed = -Math.log(tail) / trials;
  let [low, high] = [from, 1];
  while (high - low > 1e-14) {
    const middle = (low + high) / 2;
    if (relativeEntropy(from, middle) > allowed) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest such mean. @returns In [0, mean]. */
export function meanLowerLimit(mean: number, trials: number, tail: number): number {
  return 1 - meanUpperLimit(1 - mean, trials, tail);
}

/** Of a coin with one probability from a coin with another, in nats. */
function relativeEntropy(of: number, from: number): number {
  const part = (p: number, q: number) => (p === 0 ? 0 : q <= 0 ? Number.POSITIVE_INFINITY : p * Math.log(p / q));
  return part(of, from) + part(1 - of, 1 - from);
}
