/** Sums of rows by part: how many rows there are, in each part and in all. */
export interface PartSizes {
  /** Rows of each part. */
  readonly rows: Float64Array;
  readonly total: number;
}

/**
 * The influence of each part on the mean of a term: as if a part were a row, so that their mean is that of the rows and
 * the variance by clusters that of the parts' sums.
 *
 * @param sumOf Sum of the rows' influences in a part.
 */
export function influenceOfParts({ rows, total }: PartSizes, sumOf: (part: number) => number): Float64Array {
  return Float64Array.from(rows, (_, part) => (sumOf(part) * rows.length) / total);
}
