import { MOST_PARTS } from './row-parts.ts';
import { type BinShape, binCount, FINE_BINS } from './score-bins.ts';

/** How finely scores are counted. */
export interface CellShape extends BinShape {
  /** Influences are summed by 2 to this power coarse bins in each part; of both labels about equally many rows. */
  readonly coarseBits: number;
  /** As many first rows tell where the coarse bins are. */
  readonly firstRows: number;
}

/** Of all rows. */
export const WHOLE_SHAPE: CellShape = { ...FINE_BINS, coarseBits: 8, firstRows: 262_144 };

/** What is counted. */
export interface CellOptions {
  readonly decisionThreshold: number;
  readonly isWeighted: boolean;
  /** Whether probabilities are compared with what happened, beyond squared errors. */
  readonly isCalibrated: boolean;
  readonly shape: CellShape;
}

/** Bins of scores that share a coarse one: the table of them is small enough to stay near the processor. */
export const STEP_BITS = 4;
/** Ten bins of four numbers, and four of the ends. */
const CALIBRATION_WIDTH = 44;
/** Numbers of a part: the product of probabilities, log loss, squared error, free, and four cells of the confusion. */
export const WIDTH = 8;

/**
 * Memory in which scores on rows with label 0 or 1 are counted, shared with the thread that counts. Everything that
 * metrics need, whatever the number of rows.
 */
export interface BinaryCells {
  readonly shape: CellShape;
  readonly decisionThreshold: number;
  /** Rows, or their weight, by bin and label: `fine[2 * bin + label]`. */
  readonly fine: Uint32Array | Float64Array;
  /** The squares of weights by bin and label; null where all rows weigh the same. */
  readonly squares: Float64Array | null;
  /** Rows, or their weight, by part, label and coarse bin. */
  readonly coarse: Uint32Array | Float64Array;
  /** The coarse bin of 16 bins. */
  readonly coarseOf: Uint16Array;
  /** By part. */
  readonly sums: Float64Array;
  /**
   * Of ten bins of the probability the rows, their weight, scores and labels; then the weight of labels 0 and 1 at the
   * lowest end of scores and at the highest. Empty where it is not wanted.
   */
  readonly calibration: Float64Array;
  /** The bins, then the parts and labels, of the first rows, until the coarse bins are known. */
  readonly first: Uint32Array;
  /** Of weighted rows: the weights of the first. */
  readonly firstWeights: Float64Array;
  /** How many first rows there are, 1 where the coarse bins are known, and how many rows have no finite score. */
  readonly state: Uint32Array;
}

/** Rows of a batch. */
export interface BinaryBatch {
  /** In [0, 1]. What is not finite is counted, and all other counts say nothing then. */
  readonly scores: Float64Array;
  /** 1 for label 1, else 0. */
  readonly ones: Uint8Array;
  readonly parts: Uint16Array;
  /** null: all rows weigh the same. */
  readonly weights: Float64Array | null;
}

/** Cells without a row. */
export function createCells({ decisionThreshold, isWeighted, isCalibrated, shape }: CellOptions): BinaryCells {
  const bins = binCount(shape);
  const words = (count: number) => new Uint32Array(new SharedArrayBuffer(4 * count));
  const numbers = (count: number) => new Float64Array(new SharedArrayBuffer(8 * count));
  const counts = isWeighted ? numbers : words;
  const sums = numbers(MOST_PARTS * WIDTH);
  for (let part = 0; part < MOST_PARTS; part++) sums[part * WIDTH] = 1;
  return {
    shape,
    decisionThreshold,
    fine: counts(2 * bins),
    squares: isWeighted ? numbers(2 * bins) : null,
    coarse: counts((MOST_PARTS * 2) << shape.coarseBits),
    coarseOf: new Uint16Array(new SharedArrayBuffer(2 * (bins >> STEP_BITS))),
    sums,
    calibration: numbers(isCalibrated ? CALIBRATION_WIDTH : 0),
    first: words(2 * shape.firstRows),
    firstWeights: numbers(isWeighted ? shape.firstRows : 0),
    state: words(3),
  };
}

/** How much memory cells take. */
export function cellBytes({ octaves, stepBits, coarseBits, firstRows }: CellShape, isWeighted: boolean): number {
  const bins = binCount({ octaves, stepBits });
  const counts = 2 * bins + ((2 * MOST_PARTS) << coarseBits);
  const beside = 8 * firstRows + 8 * MOST_PARTS * WIDTH;
  return isWeighted ? 8 * (counts + 2 * bins + firstRows) + beside : 4 * counts + beside;
}

/** Rows of a batch from one to another. */
export function rowsOf({ scores, ones, parts, weights }: BinaryBatch, from: number, to: number): BinaryBatch {
  return {
    scores: scores.subarray(from, to),
    ones: ones.subarray(from, to),
    parts: parts.subarray(from, to),
    weights: weights?.subarray(from, to) ?? null,
  };
}
