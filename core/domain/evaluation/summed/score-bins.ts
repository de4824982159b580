/** How finely probabilities are put in bins. */
export interface BinShape {
  /** Halvings of the distance from 0 or 1 that are told apart; what is nearer shares the outermost bins. */
  readonly octaves: number;
  /** Each has 2 to this power bins; up to 23. */
  readonly stepBits: number;
}

/** Of all rows: 8,192 bins for each halving of the distance from 0 and from 1. */
export const FINE_BINS: BinShape = { octaves: 32, stepBits: 13 };

/** How many bins there are. */
export function binCount({ octaves, stepBits }: BinShape): number {
  return (2 * octaves) << stepBits;
}

/**
 * The bin of each probability: higher ones in higher bins, as many for each halving of the distance from 0 and from 1, so
 * that scores of rare events are told apart as well as others. Uses nothing but its parameters, since it runs in threads
 * as text.
 *
 * @param scores In [0, 1].
 * @param bins Where the bins are written; of the same length.
 */
export function binScores(scores: Float64Array, bins: Uint32Array, { octaves, stepBits }: BinShape): void {
  // Bits of a float32: 23 of the fraction, of which the first make the step within an octave.
  const shift = 23 - stepBits;
  const side = octaves << stepBits;
  // The float32 exponent below that of 0.5, by as many octaves as there are.
  const lowest = (127 - 1 - octaves) << stepBits;
  const distance = new Float32Array(1);
  const bits = new Uint32Array(distance.buffer);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    distance[0] = Math.min(score, 1 - score);
    const step = Math.min(side - 1, Math.max(0, ((bits[0] ?? 0) >>> shift) - lowest));
    // 1 from 0.5 on, without a branch that could go either way.
    const isUpper = Math.min(1, (2 * score) | 0);
    bins[i] = step + isUpper * (2 * side - 1 - 2 * step);
  }
}

/** The probability in the middle of a bin. */
export function scoreOfBin(bin: number, { octaves, stepBits }: BinShape): number {
  const side = octaves << stepBits;
  const isUpper = bin >= side;
  const step = isUpper ? 2 * side - 1 - bin : bin;
  const octave = Math.floor(step / (1 << stepBits));
  const distance = 2 ** (octave - octaves - 1) * (1 + ((step % (1 << stepBits)) + 0.5) / (1 << stepBits));
  return isUpper ? 1 - distance : distance;
}
