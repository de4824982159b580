/** Values in one bin, in ascending order of the bins. */
export interface CountedBin {
  readonly count: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Points at equal steps of rank from counts of bins: each is a value of the data, at most half of its bin's rows away from
 * its rank.
 *
 * @param bins Ascending, each with a count above 0.
 * @param points At least 2.
 * @returns Ascending; first and last are minimum and maximum. Empty without bins.
 */
export function sketchOfBins(bins: readonly CountedBin[], points: number): readonly number[] {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [];
  const wanted = Math.min(points, total);
  let [at, below] = [0, 0];
  return Array.from({ length: wanted }, (_, i) => {
    const rank = Math.max(0, Math.ceil((i / Math.max(1, wanted - 1)) * total) - 1);
    while (at < bins.length - 1 && rank >= below + (bins[at]?.count ?? 0)) below += bins[at++]?.count ?? 0;
    const { count, least, most } = bins[at] ?? { count: 1, least: Number.NaN, most: Number.NaN };
    return rank - below < count / 2 ? least : most;
  }).map((value, i, all) => (i === all.length - 1 ? (bins.at(-1)?.most ?? value) : value));
}
