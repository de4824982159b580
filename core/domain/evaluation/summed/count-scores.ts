import { type BinaryBatch, type BinaryCells, rowsOf } from './binary-cells.ts';
import { binScores } from './score-bins.ts';
import type { ScoreCounter } from './score-counter.ts';

/**
 * The steps of counting. They run in threads as text, so that each uses nothing but its parameters, and the others come
 * as one of them.
 */
export const COUNTING = { rowsOf, binScores, keepFirst, findCoarseBins, countRows, countWeighted, countCalibration };

/** The steps of counting, wherever they come from. */
export type Counting = typeof COUNTING;

/** Adds a batch to the cells. */
export function countScores(counting: Counting, cells: BinaryCells, batch: BinaryBatch): void {
  const count = batch.weights === null ? counting.countRows : counting.countWeighted;
  if (cells.calibration.length > 0) counting.countCalibration(cells, batch);
  if (cells.state[1] === 1) {
    count(cells, batch, counting.binScores);
    return;
  }
  const rows = batch.scores.length;
  const bins = new Uint32Array(rows);
  counting.binScores(batch.scores, bins, cells.shape);
  const kept = counting.keepFirst(cells, batch, bins);
  count(cells, counting.rowsOf(batch, 0, kept), counting.binScores);
  if (cells.state[0] === cells.shape.firstRows) counting.findCoarseBins(cells);
  if (kept < rows) count(cells, counting.rowsOf(batch, kept, rows), counting.binScores);
}

/** Ends counting. */
export function finishCounting(counting: Counting, cells: BinaryCells): void {
  if (cells.state[1] === 0) counting.findCoarseBins(cells);
}

/** Counts where it is called. */
export function countHere(cells: BinaryCells): ScoreCounter {
  return {
    add: async (batch) => countScores(COUNTING, cells, batch),
    end: async () => finishCounting(COUNTING, cells),
    close: async () => {},
  };
}

/**
 * One pass for everything: what rows do to the counts is in memory that is far from the processor, and passes by
 * themselves would wait for it each. Bins are those of `binScores`. Nothing branches that could go either way.
 */
function countRows(cells: BinaryCells, { scores, ones, parts }: BinaryBatch): void {
  const { fine, coarse, coarseOf, sums, decisionThreshold, state } = cells;
  const { octaves, stepBits, coarseBits } = cells.shape;
  const [shift, side, lowest] = [23 - stepBits, octaves << stepBits, (127 - 1 - octaves) << stepBits];
  const epsilon = Number.EPSILON;
  const distance = new Float32Array(1);
  const bits = new Uint32Array(distance.buffer);
  let missing = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    if (score - score !== 0) missing++;
    const one = ones[i] ?? 0;
    const at = (parts[i] ?? 0) * 8;
    const right = Math.min(1 - epsilon, Math.max(epsilon, one * score + (1 - one) * (1 - score)));
    // One logarithm of a product for some hundred rows; so far from 0 that one probability more is no underflow.
    const product = (sums[at] ?? 1) * right;
    if (product < 1e-200) {
      sums[at + 1] = (sums[at + 1] ?? 0) - Math.log(product);
      sums[at] = 1;
    } else sums[at] = product;
    sums[at + 2] = (sums[at + 2] ?? 0) + (one - score) * (one - score);
    const cell = at + 4 + 2 * one + (score >= decisionThreshold ? 1 : 0);
    sums[cell] = (sums[cell] ?? 0) + 1;
    distance[0] = Math.min(score, 1 - score);
    const step = Math.min(side - 1, Math.max(0, ((bits[0] ?? 0) >>> shift) - lowest));
    const bin = step + Math.min(1, (2 * score) | 0) * (2 * side - 1 - 2 * step);
    const fineAt = 2 * bin + one;
    fine[fineAt] = (fine[fineAt] ?? 0) + 1;
    const coarseAt = ((2 * (parts[i] ?? 0) + one) << coarseBits) + (coarseOf[bin >>> 4] ?? 0);
    coarse[coarseAt] = (coarse[coarseAt] ?? 0) + 1;
  }
  state[2] = (state[2] ?? 0) + missing;
}

/** The same of rows with weights, in two passes. */
function countWeighted(cells: BinaryCells, batch: BinaryBatch, binsOf: typeof binScores): void {
  const { fine, squares, coarse, coarseOf, sums, decisionThreshold, shape, state } = cells;
  const { scores, ones, parts, weights } = batch;
  const epsilon = Number.EPSILON;
  const bins = new Uint32Array(scores.length);
  binsOf(scores, bins, shape);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    if (score - score !== 0) state[2] = (state[2] ?? 0) + 1;
    const one = ones[i] ?? 0;
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    const at = (parts[i] ?? 0) * 8;
    const right = Math.min(1 - epsilon, Math.max(epsilon, one * score + (1 - one) * (1 - score)));
    sums[at + 1] = (sums[at + 1] ?? 0) - weight * Math.log(right);
    sums[at + 2] = (sums[at + 2] ?? 0) + weight * (one - score) * (one - score);
    const cell = at + 4 + 2 * one + (score >= decisionThreshold ? 1 : 0);
    sums[cell] = (sums[cell] ?? 0) + weight;
    const bin = bins[i] ?? 0;
    const fineAt = 2 * bin + one;
    fine[fineAt] = (fine[fineAt] ?? 0) + weight;
    if (squares !== null) squares[fineAt] = (squares[fineAt] ?? 0) + weight * weight;
    const coarseAt = ((2 * (parts[i] ?? 0) + one) << shape.coarseBits) + (coarseOf[bin >>> 4] ?? 0);
    coarse[coarseAt] = (coarse[coarseAt] ?? 0) + weight;
  }
}

/** Sums of ten bins (from, to] of the probability, and of scores that are 0 or 1 but for a part in 10^12. */
function countCalibration({ calibration }: BinaryCells, { scores, ones, weights }: BinaryBatch): void {
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    const one = ones[i] ?? 0;
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    const at = 4 * Math.min(9, Math.max(0, Math.ceil(score * 10) - 1));
    calibration[at] = (calibration[at] ?? 0) + 1;
    calibration[at + 1] = (calibration[at + 1] ?? 0) + weight;
    calibration[at + 2] = (calibration[at + 2] ?? 0) + weight * score;
    calibration[at + 3] = (calibration[at + 3] ?? 0) + weight * one;
    if (score > 1e-12 && score < 1 - 1e-12) continue;
    const end = 40 + 2 * Math.round(score) + one;
    calibration[end] = (calibration[end] ?? 0) + weight;
  }
}

/** Keeps the first rows of all; returns how many of the batch. */
function keepFirst(cells: BinaryCells, { ones, parts, weights }: BinaryBatch, bins: Uint32Array): number {
  const { first, firstWeights, state } = cells;
  const most = first.length / 2;
  const count = state[0] ?? 0;
  const kept = Math.min(bins.length, most - count);
  for (let i = 0; i < kept; i++) {
    first[count + i] = bins[i] ?? 0;
    first[most + count + i] = 2 * (parts[i] ?? 0) + (ones[i] ?? 0);
    if (weights !== null) firstWeights[count + i] = weights[i] ?? 0;
  }
  state[0] = count + kept;
  return kept;
}

/** Coarse bins of equal shares of both labels' first rows, which are counted anew. */
function findCoarseBins({ first, firstWeights, state, coarse, coarseOf, shape }: BinaryCells): void {
  const most = first.length / 2;
  const [count = 0] = state;
  const totals = [0, 0];
  for (let i = 0; i < count; i++) {
    const label = (first[most + i] ?? 0) & 1;
    totals[label] = (totals[label] ?? 0) + 1;
  }
  const shares = new Float64Array(coarseOf.length);
  for (let i = 0; i < count; i++) {
    const step = (first[i] ?? 0) >>> 4;
    shares[step] = (shares[step] ?? 0) + 0.5 / (totals[(first[most + i] ?? 0) & 1] ?? 1);
  }
  let below = 0;
  for (let step = 0; step < shares.length; step++) {
    const own = shares[step] ?? 0;
    coarseOf[step] = Math.min((1 << shape.coarseBits) - 1, Math.floor((below + own / 2) * 2 ** shape.coarseBits));
    below += own;
  }
  coarse.fill(0);
  for (let i = 0; i < count; i++) {
    const at = ((first[most + i] ?? 0) << shape.coarseBits) + (coarseOf[(first[i] ?? 0) >>> 4] ?? 0);
    coarse[at] = (coarse[at] ?? 0) + (firstWeights.length === 0 ? 1 : (firstWeights[i] ?? 0));
  }
  state[1] = 1;
}
