/** Predictions of a window that have an outcome by now. */
export interface JoinedOutcomes {
  /** Rows of the window. */
  readonly predictions: Uint32Array;
  /** The row of the outcomes of each. */
  readonly outcomes: Uint32Array;
  /** Rows of the window whose outcome is not known yet. */
  readonly awaiting: number;
  /** Rows of the window with the key of an earlier one, such as lines that were logged twice; they count once. */
  readonly repeated: number;
}

/**
 * Joins predictions with outcomes by their keys.
 *
 * @param predictionKeys Key of each row of the window; undefined where it is missing: such a row has no outcome.
 * @param outcomeKeys Key of each outcome.
 * @returns The key that has two outcomes where there is one: which of them is true cannot be known.
 * @example joinOutcomes(['a', 'b', 'a'], ['b']).awaiting // => 1
 */
export function joinOutcomes(
  predictionKeys: readonly (string | undefined)[],
  outcomeKeys: readonly (string | undefined)[],
): JoinedOutcomes | { readonly twice: string } {
  const known = new Map<string, number>();
  for (const [row, key] of outcomeKeys.entries()) {
    if (key === undefined) continue;
    if (known.has(key)) return { twice: key };
    known.set(key, row);
  }
  const seen = new Set<string>();
  const pairs: (readonly [number, number])[] = [];
  let [awaiting, repeated] = [0, 0];
  for (const [row, key] of predictionKeys.entries()) {
    const outcome = key === undefined ? undefined : known.get(key);
    if (key !== undefined && seen.has(key)) repeated++;
    else if (outcome === undefined) awaiting++;
    else pairs.push([row, outcome]);
    if (key !== undefined) seen.add(key);
  }
  return {
    predictions: Uint32Array.from(pairs, ([row]) => row),
    outcomes: Uint32Array.from(pairs, ([, outcome]) => outcome),
    awaiting,
    repeated,
  };
}
