import { MOST_PARTS } from './row-parts.ts';
import { binScores, SCORE_BINS } from './score-bins.ts';

/** Bins that influences are summed by, in each part; of both labels about equally many rows. */
export const COARSE_BINS = 256;
const COARSE_BITS = 8;
/** Bins of scores that share a coarse one: the table of them is small enough to stay near the processor. */
const STEP_BITS = 4;
/** Chosen: the first rows tell where the coarse bins are. */
const FIRST_ROWS = 262_144;
/** Numbers of a part: the product of probabilities, log loss, squared error, free, and four cells of the confusion. */
const WIDTH = 8;
const CELLS = 4;
/** Cells of a confusion of two classes. */
export const SCORED_CELLS = 4;
/** Far enough from 0 that one probability more, at least the machine epsilon, is no underflow. */
const SMALL = 1e-200;

/** Rows of a batch. */
export interface BinaryBatch {
  /** 1 for label 1, else 0. */
  readonly ones: Uint8Array;
  readonly parts: Uint16Array;
}

/** The sums of a model's scores on rows with label 0 or 1: everything that metrics need, whatever the number of rows. */
export class BinarySums {
  /** By bin and label: `fine[2 * bin + label]`. */
  readonly fine = new Uint32Array(2 * SCORE_BINS);
  /** By part, label and coarse bin. */
  readonly coarse = new Uint32Array(MOST_PARTS * 2 * COARSE_BINS);
  /** The coarse bin of 16 bins. */
  readonly coarseOf = new Uint16Array(SCORE_BINS >> STEP_BITS);
  readonly #sums = new Float64Array(MOST_PARTS * WIDTH);
  readonly #threshold: number;
  /** The bin, and part and label, of the first rows, until the coarse bins are known. */
  #first: { readonly bins: Uint32Array; readonly places: Uint32Array; count: number } | null;
  #bins = new Uint32Array(0);

  constructor(decisionThreshold: number) {
    this.#threshold = decisionThreshold;
    this.#first = { bins: new Uint32Array(FIRST_ROWS), places: new Uint32Array(FIRST_ROWS), count: 0 };
    for (let part = 0; part < MOST_PARTS; part++) this.#sums[part * WIDTH] = 1;
  }

  /** @param scores In [0, 1]. */
  add(scores: Float64Array, { ones, parts }: BinaryBatch): void {
    if (this.#bins.length < scores.length) this.#bins = new Uint32Array(scores.length);
    const bins = this.#bins.subarray(0, scores.length);
    binScores(scores, bins);
    this.#addSums(scores, { ones, parts });
    const { fine } = this;
    for (let i = 0; i < bins.length; i++) {
      const at = 2 * (bins[i] ?? 0) + (ones[i] ?? 0);
      fine[at] = (fine[at] ?? 0) + 1;
    }
    this.#addCoarse(bins, { ones, parts });
  }

  /** Ends adding. */
  finish(): void {
    this.#knowCoarseBins();
  }

  /** Log loss summed over the rows of a part. */
  logLoss(part: number): number {
    const product = this.#sums[part * WIDTH] ?? 1;
    return (this.#sums[part * WIDTH + 1] ?? 0) - Math.log(product);
  }

  /** Squared errors summed over the rows of a part. */
  squaredError(part: number): number {
    return this.#sums[part * WIDTH + 2] ?? 0;
  }

  /** Rows of a part by label and decision. */
  cells(part: number): Float64Array {
    return this.#sums.subarray(part * WIDTH + CELLS, part * WIDTH + CELLS + SCORED_CELLS);
  }

  #addSums(scores: Float64Array, { ones, parts }: BinaryBatch): void {
    const sums = this.#sums;
    const threshold = this.#threshold;
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] ?? 0;
      const one = ones[i] ?? 0;
      const at = (parts[i] ?? 0) * WIDTH;
      let right = one === 1 ? score : 1 - score;
      if (right < Number.EPSILON) right = Number.EPSILON;
      if (right > 1 - Number.EPSILON) right = 1 - Number.EPSILON;
      // One logarithm of a product for some hundred rows.
      const product = (sums[at] ?? 1) * right;
      if (product < SMALL) {
        sums[at + 1] = (sums[at + 1] ?? 0) - Math.log(product);
        sums[at] = 1;
      } else sums[at] = product;
      const error = one - score;
      sums[at + 2] = (sums[at + 2] ?? 0) + error * error;
      const cell = at + CELLS + 2 * one + (score >= threshold ? 1 : 0);
      sums[cell] = (sums[cell] ?? 0) + 1;
    }
  }

  #addCoarse(bins: Uint32Array, { ones, parts }: BinaryBatch): void {
    let from = 0;
    for (const first = this.#first; first !== null && from < bins.length && first.count < FIRST_ROWS; from++) {
      first.bins[first.count] = bins[from] ?? 0;
      first.places[first.count++] = 2 * (parts[from] ?? 0) + (ones[from] ?? 0);
    }
    if (this.#first !== null && this.#first.count === FIRST_ROWS) this.#knowCoarseBins();
    if (this.#first !== null) return;
    const { coarse, coarseOf } = this;
    for (let i = from; i < bins.length; i++) {
      const place = 2 * (parts[i] ?? 0) + (ones[i] ?? 0);
      const at = (place << COARSE_BITS) + (coarseOf[(bins[i] ?? 0) >>> STEP_BITS] ?? 0);
      coarse[at] = (coarse[at] ?? 0) + 1;
    }
  }

  /** Coarse bins of equal shares of both labels' first rows. */
  #knowCoarseBins(): void {
    const first = this.#first;
    if (first === null) return;
    this.#first = null;
    const shares = new Float64Array(this.coarseOf.length);
    const totals = [0, 0];
    for (let i = 0; i < first.count; i++)
      totals[(first.places[i] ?? 0) & 1] = (totals[(first.places[i] ?? 0) & 1] ?? 0) + 1;
    for (let i = 0; i < first.count; i++) {
      const step = (first.bins[i] ?? 0) >>> STEP_BITS;
      shares[step] = (shares[step] ?? 0) + 0.5 / (totals[(first.places[i] ?? 0) & 1] ?? 1);
    }
    let below = 0;
    for (let step = 0; step < shares.length; step++) {
      const own = shares[step] ?? 0;
      this.coarseOf[step] = Math.min(COARSE_BINS - 1, Math.floor((below + own / 2) * COARSE_BINS));
      below += own;
    }
    for (let i = 0; i < first.count; i++) {
      const step = (first.bins[i] ?? 0) >>> STEP_BITS;
      const at = ((first.places[i] ?? 0) << COARSE_BITS) + (this.coarseOf[step] ?? 0);
      this.coarse[at] = (this.coarse[at] ?? 0) + 1;
    }
  }
}

/** The coarse bin of a bin of scores. */
export function coarseBin({ coarseOf }: BinarySums, bin: number): number {
  return coarseOf[bin >>> STEP_BITS] ?? 0;
}
