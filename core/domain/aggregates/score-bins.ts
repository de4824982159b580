import { sqlNumber } from './sql-dialect.ts';

/** Mapping of probabilities to bins: equal shares of y = s / (s + odds (1 - s)), the log odds about a centre. */
export interface BinShape {
  /** The odds that are in the middle: those of about the median score. */
  readonly odds: number;
  /** The y of the lowest score and of the highest, in [0, 1]: all bins are between them. */
  readonly low: number;
  readonly high: number;
  /** The last bin, from 0. */
  readonly last: number;
  /** Number of bins, a power of 2, that share a coarse one, in which influences are summed by part. */
  readonly perCoarse: number;
  /** The first coarse bin of scores that reach a threshold, which begins at it; undefined where none does. */
  readonly decidedFrom?: number | undefined;
}

/** Facts about scores before they are put into bins. */
export interface ScoreRange {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** So that the highest score is in the last bin, whatever rounding does. */
const BELOW_ONE = 1 - 1e-12;
/** Scores that are so near below a threshold would count as reaching it: how many do is compared with an exact count. */
const NUDGE = 4e-12;

/** Of all rows: 65,536 bins, 64 coarse ones. A key of 16 bits holds either with 512 parts. */
export const FINE = { last: 65_535, perCoarse: 1024 } as const;
/** Of a slice: 8,192 bins, 32 coarse ones, so that a key of 16 bits holds eight slices. */
export const OF_SLICE = { last: 8191, perCoarse: 256 } as const;

/** Number of bins. */
export function binCount({ last }: Pick<BinShape, 'last'>): number {
  return last + 1;
}

/** Number of coarse bins. */
export function coarseCount({ last, perCoarse }: Pick<BinShape, 'last' | 'perCoarse'>): number {
  return (last + 1) / perCoarse;
}

/**
 * The odds of a score, rounded to a power of 2: a median that differs a little between runs gives the same bins.
 *
 * @param median In [0, 1]; anything else counts as 0.5.
 */
export function oddsAbout(median: number): number {
  const odds = median / (1 - median);
  if (!(odds > 0) || !Number.isFinite(odds)) return 1;
  return 2 ** Math.max(-40, Math.min(40, Math.round(Math.log2(odds))));
}

/**
 * Bins for scores of a range; any, where it is not one of probabilities.
 *
 * @param threshold A coarse bin begins there, if it is in the range: what reaches it is known from coarse bins.
 */
export function binsFor(
  { median, least, most }: ScoreRange,
  bins: Pick<BinShape, 'last' | 'perCoarse'>,
  threshold?: number,
): BinShape {
  const odds = oddsAbout(median);
  const at = (score: number) => centred(Math.min(1, Math.max(0, score)), odds);
  const [low, high] = [at(least), at(most)];
  const shape = { odds, ...(low < high ? { low, high } : { low: 0, high: 1 }), ...bins };
  return threshold === undefined ? shape : alignedAt(at(threshold), shape);
}

/** The same bins from a little further down, so that one of the coarse ones begins at a place. */
function alignedAt(place: number, shape: BinShape): BinShape {
  const { low, high } = shape;
  const count = coarseCount(shape);
  const decidedFrom = Math.ceil(((place - low) / (high - low)) * count);
  if (!(decidedFrom > 0 && decidedFrom < count)) return shape;
  // Further than rounding can shift a score that is the threshold itself.
  const share = (decidedFrom / count) * (1 + NUDGE);
  return { ...shape, low: (place - share * high) / (1 - share), decidedFrom };
}

function centred(score: number, odds: number): number {
  return score / (score + odds * (1 - score));
}

function scaleOf({ low, high, last }: BinShape): number {
  return (last * BELOW_ONE + BELOW_ONE) / (high - low);
}

/** SQL of the bin of a probability, a whole number as a double. */
export function binSql(score: string, shape: BinShape): string {
  return sharedBinSql(score, shape, scaleOf(shape));
}

function sharedBinSql(score: string, shape: BinShape, scale: number): string {
  const y = `${score} / (${score} + ${shape.odds} * (1 - ${score}))`;
  const above = shape.low === 0 ? `(${y})` : `(${y} - ${sqlNumber(shape.low)})`;
  return `floor(${above} * ${sqlNumber(scale)})`;
}

/** SQL of its coarse bin: a power of 2 of bins, so that both are of the same number, whatever rounding does. */
export function coarseSql(score: string, shape: BinShape): string {
  return sharedBinSql(score, shape, scaleOf(shape) / shape.perCoarse);
}

/** The bin of a probability. */
export function binOf(score: number, shape: BinShape): number {
  return Math.floor((centred(score, shape.odds) - shape.low) * scaleOf(shape));
}

/** The probability at a share of the bins, in [0, 1]. */
export function scoreAt(share: number, { odds, low, high }: BinShape): number {
  const y = low + share * (high - low);
  return (odds * y) / (1 - y + odds * y);
}

/** The probability in the middle of a bin. */
export function scoreOfBin(bin: number, shape: BinShape): number {
  return scoreAt((bin + 0.5) / binCount(shape), shape);
}
