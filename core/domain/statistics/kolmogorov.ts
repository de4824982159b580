import { durbinMatrixCdf } from './kolmogorov-durbin.ts';
import { pelzGoodCdf } from './kolmogorov-pelz-good.ts';
import { logGamma } from './log-gamma.ts';

/**
 * P(D_n > d) of the two-sided one-sample Kolmogorov-Smirnov statistic.
 *
 * @param d In [0, 1].
 * @param n Sample size, a whole number >= 1; for two samples round(n1 n2 / (n1 + n2)).
 * @returns In [0, 1].
 *
 * Regions as in R. Simard and P. L'Ecuyer, Computing the Two-Sided Kolmogorov-Smirnov Distribution, J. Stat. Software
 * 39(11), 2011. Equivalent: `scipy.stats.kstwo.sf(d, n)`.
 */
export function kolmogorovUpperTail(d: number, n: number): number {
  const t = n * d;
  if (t <= 0.5) return 1;
  if (d >= 1) return 0;
  if (t <= 1) return 1 - Math.exp(logGamma(n + 1) - n * Math.log(n) + n * Math.log(2 * t - 1));
  if (t >= n - 1) return 2 * (1 - d) ** n;
  if (d >= 0.5) return Math.min(1, 2 * smirnovUpperTail(d, n));
  return clamp(central(d, n));
}

function central(d: number, n: number): number {
  const nd2 = n * d * d;
  if (n <= 140) return nd2 <= 4 ? 1 - durbinMatrixCdf(d, n) : 2 * smirnovUpperTail(d, n);
  if (nd2 >= 370) return 0;
  if (nd2 >= 2.2) return 2 * smirnovUpperTail(d, n);
  return 1 - (n <= 100_000 && n * d ** 1.5 <= 1.4 ? durbinMatrixCdf(d, n) : pelzGoodCdf(d, n));
}

function clamp(p: number): number {
  return Math.min(1, Math.max(0, p));
}

/** P(D_n^+ > d), one-sided: Z. W. Birnbaum and F. H. Tingey, Ann. Math. Statist. 22, 1951. */
function smirnovUpperTail(d: number, n: number): number {
  let sum = 0;
  let logBinomial = 0;
  const last = Math.floor(n * (1 - d));
  for (let j = 0; j <= last; j++) {
    const below = d + j / n;
    const above = 1 - below;
    if (above > 0) sum += Math.exp(logBinomial + (j - 1) * Math.log(below) + (n - j) * Math.log1p(-below));
    else if (j === n) sum += Math.exp(logBinomial + (j - 1) * Math.log(below));
    logBinomial += Math.log((n - j) / (j + 1));
  }
  return d * sum;
}
