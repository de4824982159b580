import type { CalibrationSums } from '../../metrics/calibration.ts';
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

  /** Of ten bins of the probability; undefined where it was not summed. */
  get calibration(): CalibrationSums | undefined {
    const { calibration } = this.#cells;
    if (calibration.length === 0) return undefined;
    const every = (first: number) => Float64Array.from({ length: 10 }, (_, bin) => calibration[4 * bin + first] ?? 0);
    return { rows: every(0), weight: every(1), predicted: every(2), observed: every(3) };
  }

  /** The weight of labels 0 and 1 with scores of 0, and with scores of 1. */
  get ends(): Float64Array {
    return this.#cells.calibration.subarray(40);
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
