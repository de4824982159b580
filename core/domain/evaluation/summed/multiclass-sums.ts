import type { CalibrationSums } from '../../metrics/calibration.ts';
import { type BinaryCells, type CellShape, createCells } from './binary-cells.ts';
import { COUNTING, countScores, finishCounting } from './count-scores.ts';
import { MOST_PARTS } from './row-parts.ts';

/** Chosen: a quarter of the bins of two classes, since there are as many as classes. */
export const CLASS_SHAPE: CellShape = { octaves: 32, stepBits: 11, coarseBits: 7, firstRows: 32_768 };

/** Rows of a batch. */
export interface MulticlassBatch {
  /** Indexes of classes. */
  readonly ones: Uint8Array;
  readonly parts: Uint16Array;
  /** null: all rows weigh the same. */
  readonly weights: Float64Array | null;
}

/** What is summed. */
export interface MulticlassOptions {
  readonly classes: number;
  readonly isRanked: boolean;
  readonly isCalibrated: boolean;
  readonly isWeighted: boolean;
}

/** The sums of a model's probabilities of several classes, by part. */
export class MulticlassSums {
  readonly classes: number;
  /** By part: rows by true and decided class. */
  readonly #confusion: Float64Array;
  /** Of ten bins of the decided class's probability: the label is whether it is right. */
  readonly calibration: CalibrationSums = {
    rows: new Float64Array(10),
    weight: new Float64Array(10),
    predicted: new Float64Array(10),
    observed: new Float64Array(10),
  };
  readonly #logLoss = new Float64Array(MOST_PARTS);
  readonly #squaredError = new Float64Array(MOST_PARTS);
  /** Each class against the rest; none where the order of scores does not matter. */
  readonly #ranked: readonly BinaryCells[];

  constructor({ classes, isRanked, isCalibrated, isWeighted }: MulticlassOptions) {
    this.classes = classes;
    this.#confusion = new Float64Array(MOST_PARTS * classes ** 2);
    this.#ranked = Array.from({ length: isRanked ? classes : 0 }, () =>
      createCells({ decisionThreshold: 0.5, isWeighted, isCalibrated, shape: CLASS_SHAPE }),
    );
  }

  /** @param scores The probabilities of all classes, row by row. */
  add(scores: Float64Array, batch: MulticlassBatch): void {
    this.#addErrors(scores, batch);
    const { ones: labels, parts, weights } = batch;
    for (const [of, cells] of this.#ranked.entries()) {
      const own = new Float64Array(labels.length);
      const ones = new Uint8Array(labels.length);
      for (let i = 0; i < labels.length; i++) {
        own[i] = scores[i * this.classes + of] ?? Number.NaN;
        ones[i] = labels[i] === of ? 1 : 0;
      }
      countScores(COUNTING, cells, { scores: own, ones, parts, weights });
    }
  }

  /** Ends adding. */
  finish(): void {
    for (const cells of this.#ranked) finishCounting(COUNTING, cells);
  }

  /** Rows of a part by true and decided class. */
  confusion(part: number): Float64Array {
    const size = this.classes ** 2;
    return this.#confusion.subarray(part * size, (part + 1) * size);
  }

  /** Log loss summed over the rows of a part. */
  logLoss(part: number): number {
    return this.#logLoss[part] ?? 0;
  }

  /** Squared errors summed over the rows of a part, and over classes. */
  squaredError(part: number): number {
    return this.#squaredError[part] ?? 0;
  }

  /** A class against the rest. */
  cellsOf(of: number): BinaryCells | undefined {
    return this.#ranked[of];
  }

  #addErrors(scores: Float64Array, { ones: labels, parts, weights }: MulticlassBatch): void {
    const { classes } = this;
    for (let i = 0; i < labels.length; i++) {
      const [label, part] = [labels[i] ?? 0, parts[i] ?? 0];
      const weight = weights === null ? 1 : (weights[i] ?? 0);
      let [decided, squares] = [0, 0];
      for (let k = 0; k < classes; k++) {
        const score = scores[i * classes + k] ?? 0;
        if (score > (scores[i * classes + decided] ?? 0)) decided = k;
        const error = (k === label ? 1 : 0) - score;
        squares += error * error;
      }
      const right = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, scores[i * classes + label] ?? 0));
      addToBin(this.calibration, { score: scores[i * classes + decided] ?? 0, weight, isRight: decided === label });
      this.#logLoss[part] = (this.#logLoss[part] ?? 0) - weight * Math.log(right);
      this.#squaredError[part] = (this.#squaredError[part] ?? 0) + weight * squares;
      const cell = (part * classes + label) * classes + decided;
      this.#confusion[cell] = (this.#confusion[cell] ?? 0) + weight;
    }
  }
}

function addToBin(
  { rows, weight: weights, predicted, observed }: CalibrationSums,
  { score, weight, isRight }: { readonly score: number; readonly weight: number; readonly isRight: boolean },
): void {
  const bin = Math.min(9, Math.max(0, Math.ceil(score * 10) - 1));
  rows[bin] = (rows[bin] ?? 0) + 1;
  weights[bin] = (weights[bin] ?? 0) + weight;
  predicted[bin] = (predicted[bin] ?? 0) + weight * score;
  observed[bin] = (observed[bin] ?? 0) + (isRight ? weight : 0);
}
