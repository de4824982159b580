import type { BinaryAggregates } from './binary-aggregates.ts';
import { influenceOfParts, type PartSizes } from './part-influence.ts';
import { binCount, coarseCount } from './score-bins.ts';

/** Rows by label. */
export interface LabelCounts {
  readonly positives: number;
  readonly negatives: number;
}

/** A metric of ranking, of scores that are known up to their bin. */
export interface BinnedRanking {
  /** As if all scores of a bin were equal. */
  readonly value: number;
  /** Error bound of the value from the scores themselves. */
  readonly valueBound: number;
  /** About how much too high the value is by chance. */
  readonly bias: number;
  /** Influence of a row of label 0 and of label 1 in each bin: `byBin[2 * bin + label]`. */
  readonly byBin: Float64Array;
}

/**
 * ROC AUC of binned scores. In a bin each pair of both labels counts half, and is 0 or 1: the value is known up to half
 * of the share of such pairs.
 */
export function binnedRocAuc({ fine, shape }: BinaryAggregates, { positives, negatives }: LabelCounts): BinnedRanking {
  const bins = binCount(shape);
  let [pairs, unknown, negativesBelow] = [0, 0, 0];
  for (let bin = 0; bin < bins; bin++) {
    const [zeros, ones] = [fine[2 * bin] ?? 0, fine[2 * bin + 1] ?? 0];
    pairs += ones * (negativesBelow + zeros / 2);
    unknown += (ones * zeros) / 2;
    negativesBelow += zeros;
  }
  const value = pairs / positives / negatives;
  const byBin = new Float64Array(2 * bins);
  const rows = positives + negatives;
  let [onesBelow, zerosBelow] = [0, 0];
  for (let bin = 0; bin < bins; bin++) {
    const [zeros, ones] = [fine[2 * bin] ?? 0, fine[2 * bin + 1] ?? 0];
    byBin[2 * bin] = (1 - (onesBelow + ones / 2) / positives - value) * (rows / negatives);
    byBin[2 * bin + 1] = ((zerosBelow + zeros / 2) / negatives - value) * (rows / positives);
    onesBelow += ones;
    zerosBelow += zeros;
  }
  return { value, valueBound: unknown / positives / negatives, bias: 0, byBin };
}

/**
 * Average precision of binned scores. In a bin the rows of label 1 may all come first, or all last: the value is known up
 * to what that changes.
 */
export function binnedAveragePrecision(sums: BinaryAggregates, { positives, negatives }: LabelCounts): BinnedRanking {
  const { fine, squares, shape } = sums;
  const bins = binCount(shape);
  // The weight of the first row of a bin, which may be as light as any.
  const single = sums.isWeighted ? 0 : 1;
  const byBin = new Float64Array(2 * bins);
  let [found, seen, total, unknown, own] = [0, 0, 0, 0, 0];
  for (let bin = bins - 1; bin >= 0; bin--) {
    const [zeros, ones] = [fine[2 * bin] ?? 0, fine[2 * bin + 1] ?? 0];
    if (ones > 0) {
      const tied = (found + ones) / (seen + ones + zeros);
      const first = (found + ones) / (seen + ones);
      const last = seen + zeros + single === 0 ? 1 : (found + single) / (seen + zeros + single);
      total += ones * tied;
      own += ((squares[2 * bin + 1] ?? 0) / (seen + ones + zeros)) * (1 - tied);
      unknown += ones * Math.max(first - tied, tied - last, 0);
    }
    found += ones;
    seen += ones + zeros;
  }
  const value = total / positives;
  const scale = (positives + negatives) / positives;
  let [hits, misses] = [0, 0];
  // From the lowest bin up: a row counts in the precision of every row with label 1 at or below its bin.
  for (let bin = 0; bin < bins; bin++) {
    const [zeros, ones] = [fine[2 * bin] ?? 0, fine[2 * bin + 1] ?? 0];
    const precision = seen > 0 ? found / seen : 0;
    if (seen > 0) {
      hits += ones / seen;
      misses += (ones / seen) * precision;
    }
    byBin[2 * bin] = -misses * scale;
    byBin[2 * bin + 1] = (precision - value + hits - misses) * scale;
    found -= ones;
    seen -= ones + zeros;
  }
  return { value, valueBound: unknown / positives, bias: own / positives, byBin };
}

/**
 * The influence of each part, and what it leaves out: influences are summed by coarse bins, within which they differ.
 *
 * @returns `residual`: the standard error of what the coarse bins do not show.
 */
export function partsOfRanking(
  sums: BinaryAggregates,
  byBin: Float64Array,
  sizes: PartSizes,
): { readonly influence: Float64Array; readonly residual: number } {
  const { fine, squares, coarse, shape } = sums;
  const coarseBins = coarseCount(shape);
  const cellOf = (at: number) => (at & 1) * coarseBins + Math.floor((at >>> 1) / shape.perCoarse);
  const counts = new Float64Array(2 * coarseBins);
  const totals = new Float64Array(2 * coarseBins);
  for (let at = 0; at < fine.length; at++) {
    const rows = fine[at] ?? 0;
    if (rows === 0) continue;
    const cell = cellOf(at);
    counts[cell] = (counts[cell] ?? 0) + rows;
    totals[cell] = (totals[cell] ?? 0) + rows * (byBin[at] ?? 0);
  }
  const means = totals.map((total, cell) => (counts[cell] === 0 ? 0 : total / (counts[cell] ?? 1)));
  let within = 0;
  for (let at = 0; at < fine.length; at++) {
    const square = squares[at] ?? 0;
    if (square !== 0) within += square * ((byBin[at] ?? 0) - (means[cellOf(at)] ?? 0)) ** 2;
  }
  const influence = influenceOfParts(sizes, (part) => {
    let sum = 0;
    const from = part * means.length;
    for (let cell = 0; cell < means.length; cell++) sum += (coarse[from + cell] ?? 0) * (means[cell] ?? 0);
    return sum;
  });
  return { influence, residual: Math.sqrt(within) / sizes.total };
}
