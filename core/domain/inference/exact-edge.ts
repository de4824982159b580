/**
 * The largest share of errors that no error in independent trials leaves possible (Clopper and Pearson, Biometrika 26,
 * 1934): both tails of a two-sided level have half of what it leaves.
 *
 * @param trials >= 0; none leave every share possible.
 * @example errorShareBound(100, 0.95) // => 0.0362167
 */
export function errorShareBound(trials: number, level: number): number {
  return 1 - ((1 - level) / 2) ** (1 / trials);
}
