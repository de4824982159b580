import { type BinaryCells, STEP_BITS, WIDTH } from './binary-cells.ts';

/** Cells of a confusion of two classes. */
export const SCORED_CELLS = 4;
const CELLS = 4;

/** The sums of a model's scores on rows with label 0 or 1, when all rows were counted. */
export class BinarySums {
  readonly #known: BinaryCells | undefined;

  /** @param cells None where the order of scores does not matter. */
  constructor(cells: BinaryCells | undefined) {
    this.#known = cells;
  }

  get isRanked(): boolean {
    return this.#known !== undefined;
  }

  get #cells(): BinaryCells {
    if (this.#known === undefined) throw new RangeError('scores that were not counted');
    return this.#known;
  }

  get shape(): BinaryCells['shape'] {
    return this.#cells.shape;
  }

  /** By bin and label: `fine[2 * bin + label]`. */
  get fine(): BinaryCells['fine'] {
    return this.#cells.fine;
  }

  /** The squares of weights by bin and label; of rows that weigh the same, their number. */
  get squares(): BinaryCells['fine'] {
    return this.#cells.squares ?? this.#cells.fine;
  }

  get isWeighted(): boolean {
    return this.#cells.squares !== null;
  }

  /** By part, label and coarse bin. */
  get coarse(): BinaryCells['coarse'] {
    return this.#cells.coarse;
  }

  /** How many coarse bins there are. */
  get coarseBins(): number {
    return 1 << this.#cells.shape.coarseBits;
  }

  /** The coarse bin of a bin of scores. */
  coarseBin(bin: number): number {
    return this.#cells.coarseOf[bin >>> STEP_BITS] ?? 0;
  }

  /** Log loss summed over the rows of a part. */
  logLoss(part: number): number {
    const { sums } = this.#cells;
    return (sums[part * WIDTH + 1] ?? 0) - Math.log(sums[part * WIDTH] ?? 1);
  }

  /** Squared errors summed over the rows of a part. */
  squaredError(part: number): number {
    return this.#cells.sums[part * WIDTH + 2] ?? 0;
  }

  /** Rows of a part by label and decision. */
  cells(part: number): Float64Array {
    const from = part * WIDTH + CELLS;
    return this.#cells.sums.subarray(from, from + SCORED_CELLS);
  }
}
