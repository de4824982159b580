const TERMS = 20;

/**
 * P(D_n <= d) of the two-sided Kolmogorov-Smirnov statistic for large n: the limit law and three corrections.
 *
 * Source: W. Pelz and I. J. Good, Approximating the lower tail-areas of the Kolmogorov-Smirnov one-sample statistic,
 * J. R. Statist. Soc. B 38, 1976.
 */
export function pelzGoodCdf(d: number, n: number): number {
  const root = Math.sqrt(n);
  const z = root * d;
  const z2 = z * z;
  const halves = sums(z2, 0.5, [0, 2, 4, 6]);
  const wholes = sums(z2, 0, [2, 4]);
  return limit(z) + first(z2, halves) / root + second(z, halves, wholes) / n + third(z, halves, wholes) / root ** 3;
}

/** Sum over all integers k of (pi (k + shift))^power exp(-(pi (k + shift))^2 / (2 z^2)), for each power. */
function sums(z2: number, shift: number, powers: readonly number[]): readonly number[] {
  return powers.map((power) => {
    let total = 0;
    for (let k = -TERMS; k <= TERMS; k++) {
      const a2 = (Math.PI * (k + shift)) ** 2;
      total += a2 ** (power / 2) * Math.exp(-a2 / (2 * z2));
    }
    return total;
  });
}

const ROOT_HALF_PI = Math.sqrt(Math.PI / 2);

function limit(z: number): number {
  let total = 0;
  for (let k = 1; k <= TERMS; k++) total += Math.exp(-((Math.PI * (2 * k - 1)) ** 2) / (8 * z * z));
  return (Math.sqrt(2 * Math.PI) / z) * total;
}

function first(z2: number, [h0 = 0, h2 = 0]: readonly number[]): number {
  return (ROOT_HALF_PI / (6 * z2 * z2)) * (h2 - z2 * h0);
}

function second(z: number, [h0 = 0, h2 = 0, h4 = 0]: readonly number[], [w2 = 0]: readonly number[]): number {
  const z2 = z * z;
  const half = (6 * z2 ** 3 + 2 * z2 ** 2) * h0 + (2 * z2 ** 2 - 5 * z2) * h2 + (1 - 2 * z2) * h4;
  return (ROOT_HALF_PI / (72 * z ** 7)) * half - (ROOT_HALF_PI / (36 * z ** 3)) * w2;
}

function third(
  z: number,
  [h0 = 0, h2 = 0, h4 = 0, h6 = 0]: readonly number[],
  [w2 = 0, w4 = 0]: readonly number[],
): number {
  const z2 = z * z;
  const half =
    (5 - 30 * z2) * h6 +
    (-60 * z2 + 212 * z2 ** 2) * h4 +
    (135 * z2 ** 2 - 96 * z2 ** 3) * h2 -
    (30 * z2 ** 3 + 90 * z2 ** 4) * h0;
  return (ROOT_HALF_PI / (6480 * z ** 10)) * half + (ROOT_HALF_PI / (216 * z ** 6)) * (3 * z2 * w2 - w4);
}
