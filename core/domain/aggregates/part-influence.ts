/** Sums of rows by part. */
export interface PartSizes {
  /** The weight of the rows of each part; of those that weigh the same, how many there are. */
  readonly weights: Float64Array;
  readonly total: number;
  /** Parts that have rows. */
  readonly used: Uint16Array;
}

/** Sizes by the weight of each part. */
export function partSizes(weights: Float64Array, rows: Float64Array): PartSizes {
  const used = Uint16Array.from([...rows.keys()].filter((part) => (rows[part] ?? 0) > 0));
  return { weights, total: weights.reduce((sum, weight) => sum + weight, 0), used };
}

/**
 * The influence of each part that has rows on the mean of a term: as if a part were a row, so that their mean is that of
 * the rows and the variance by clusters that of the parts' sums.
 *
 * @param sumOf Sum of the rows' influences in a part.
 */
export function influenceOfParts({ used, total }: PartSizes, sumOf: (part: number) => number): Float64Array {
  return Float64Array.from(used, (part) => (sumOf(part) * used.length) / total);
}
