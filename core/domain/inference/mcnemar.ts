import { incompleteBeta } from '../statistics/incomplete-beta.ts';

/**
 * Exact McNemar test of two paired proportions: two-sided p-value of the discordant rows under an even split.
 *
 * @param first,second 1 a success, 0 none, 2 not counted; rows that only one counts make the test impossible.
 * @returns null where the two do not count the same rows.
 * Equivalent: `statsmodels.stats.contingency_tables.mcnemar(exact=True).pvalue`.
 */
export function mcnemarPValue(first: Uint8Array, second: Uint8Array): number | null {
  let [onlyFirst, onlySecond] = [0, 0];
  for (let i = 0; i < first.length; i++) {
    if ((first[i] === 2) !== (second[i] === 2)) return null;
    if (first[i] === 1 && second[i] === 0) onlyFirst++;
    if (first[i] === 0 && second[i] === 1) onlySecond++;
  }
  const discordant = onlyFirst + onlySecond;
  if (discordant === 0) return 1;
  const fewer = Math.min(onlyFirst, onlySecond);
  // P(Binomial(n, 1/2) <= k) = I_{1/2}(n - k, k + 1)
  return Math.min(1, 2 * incompleteBeta(0.5, discordant - fewer, fewer + 1));
}
