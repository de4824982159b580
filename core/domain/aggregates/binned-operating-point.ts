import type { BinaryAggregates } from './binary-aggregates.ts';
import type { BinnedRanking, LabelCounts } from './binned-ranking.ts';
import { binCount } from './score-bins.ts';

/** A place in the order of scores from the highest down: within a bin, at a share of its rows. */
interface Place {
  readonly bin: number;
  /** Of the bin's rows with label 1, those above. */
  readonly share: number;
  readonly hits: number;
  readonly misses: number;
  /** Above the bin, and with it. */
  readonly before: { readonly hits: number; readonly misses: number };
  readonly after: { readonly hits: number; readonly misses: number };
}

/** A recall that is wanted. */
export interface WantedRecall extends LabelCounts {
  readonly recall: number;
  /** Number of rows with label 1, regardless of weight. */
  readonly rowsOfOnes: number;
}

/**
 * Precision at a recall, of binned scores: the threshold is within a bin, whose rows may be in any order. Influences are
 * those of rows in memory (`precisionAtRecall`), with the slope of the ROC curve between places in bins.
 */
export function binnedPrecisionAt(
  sums: BinaryAggregates,
  { positives, negatives, recall, rowsOfOnes }: WantedRecall,
): BinnedRanking {
  const at = placeOf(sums, recall * positives * (1 - 1e-12));
  const value = at.hits / (at.hits + at.misses);
  const lowest = at.hits / (at.hits + at.after.misses);
  const highest = at.after.hits / (at.after.hits + at.before.misses);
  const held = at.hits / positives;
  const band = Math.min(0.1, rowsOfOnes ** -0.5);
  const [from, to] = [Math.max(0, held - band), Math.min(1, held + band)];
  const missesAt = (share: number) => (share === 0 ? 0 : placeOf(sums, (share - 1e-12) * positives).misses);
  const slope = (missesAt(to) - missesAt(from)) / positives / (to - from);
  const bins = binCount(sums.shape);
  const byBin = new Float64Array(2 * bins);
  const scale = (positives + negatives) / (at.hits + at.misses);
  for (let bin = 0; bin < bins; bin++) {
    const above = bin > at.bin ? 1 : bin === at.bin ? at.share : 0;
    // Recall is held: what a row adds to it moves the threshold, and with it the false positives.
    byBin[2 * bin] = -scale * value * above;
    byBin[2 * bin + 1] = scale * (held * (1 - value) + value * slope * (above - held));
  }
  return { value, valueBound: Math.max(value - lowest, highest - value), bias: 0, byBin };
}

/**
 * The highest recall of a threshold with a precision, of binned scores.
 *
 * @returns `bound`: how much higher it may be within some bin.
 */
export function binnedRecallAt(
  { fine, shape }: BinaryAggregates,
  { positives, precision }: { readonly positives: number; readonly precision: number },
): { readonly value: number; readonly bound: number } {
  let [hits, misses, most, highest] = [0, 0, 0, 0];
  for (let bin = binCount(shape) - 1; bin >= 0; bin--) {
    const [zeros, ones] = [fine[2 * bin] ?? 0, fine[2 * bin + 1] ?? 0];
    hits += ones;
    // If all rows with label 1 of the bin came first.
    if (ones > 0 && hits >= precision * (hits + misses)) highest = hits;
    misses += zeros;
    if (hits >= precision * (hits + misses)) most = hits;
  }
  return { value: most / positives, bound: Math.max(0, highest - most) / positives };
}

/** Position at which a weight of label 1 is reached. */
function placeOf({ fine, shape }: BinaryAggregates, wanted: number): Place {
  let [hits, misses] = [0, 0];
  for (let bin = binCount(shape) - 1; bin >= 0; bin--) {
    const [zeros, ones] = [fine[2 * bin] ?? 0, fine[2 * bin + 1] ?? 0];
    const before = { hits, misses };
    hits += ones;
    misses += zeros;
    if (hits < wanted || ones === 0) continue;
    const share = Math.min(1, Math.max(0, (wanted - before.hits) / ones));
    const within = { hits: before.hits + share * ones, misses: before.misses + share * zeros };
    return { bin, share, ...within, before, after: { hits, misses } };
  }
  const all = { hits, misses };
  return { bin: 0, share: 1, ...all, before: all, after: all };
}
