/** Octaves of the distance from 0 or 1 that are told apart; what is nearer shares the outermost bins. */
const OCTAVES = 32;
const STEPS_BITS = 13;
/** Bits of a float32: 23 of the fraction, of which the first 13 make the step within an octave. */
const SHIFT = 23 - STEPS_BITS;
const SIDE = OCTAVES << STEPS_BITS;
/** The float32 exponent below that of 0.5, by as many octaves as there are. */
const LOWEST = (127 - 1 - OCTAVES) << STEPS_BITS;

/** How many bins probabilities are put in. */
export const SCORE_BINS = 2 * SIDE;

/**
 * The bin of each probability: higher ones in higher bins, 8,192 bins for each halving of the distance from 0 and from 1,
 * so that scores of rare events are told apart as well as others.
 *
 * @param scores In [0, 1].
 * @param bins Where the bins are written; of the same length.
 */
export function binScores(scores: Float64Array, bins: Uint32Array): void {
  const distance = new Float32Array(1);
  const bits = new Uint32Array(distance.buffer);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    const isUpper = score >= 0.5;
    distance[0] = isUpper ? 1 - score : score;
    const step = Math.min(SIDE - 1, Math.max(0, ((bits[0] ?? 0) >>> SHIFT) - LOWEST));
    bins[i] = isUpper ? SCORE_BINS - 1 - step : step;
  }
}

/** The probability in the middle of a bin. */
export function scoreOfBin(bin: number): number {
  const isUpper = bin >= SIDE;
  const step = isUpper ? SCORE_BINS - 1 - bin : bin;
  const octave = Math.floor(step / (1 << STEPS_BITS));
  const distance = 2 ** (octave - OCTAVES - 1) * (1 + ((step % (1 << STEPS_BITS)) + 0.5) / (1 << STEPS_BITS));
  return isUpper ? 1 - distance : distance;
}
