import { normalQuantile } from '../../statistics/normal.ts';
import { pairCounts } from '../category-counts.ts';
import { mergeSteps } from '../merged-steps.ts';
import type { ColumnProfile } from '../profile-column.ts';
import { asSameFlags } from '../same-flags.ts';
import type { EffectEstimate, WindowSizes } from './drift-effect.ts';

/** Rows of two samples over the same cells, in the same order. */
export interface CellCounts {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** A function of two vectors of shares, with its derivatives. */
export interface ShareMeasure {
  readonly value: number;
  readonly byReference: readonly number[];
  readonly byCurrent: readonly number[];
}

/** Chosen, as scorecards do it: tenths of the reference. */
const BINS = 10;

/** The cells of two windows: categories, or the tenths of the reference's values. Undefined for windows of two kinds. */
export function cellsOf(reference: ColumnProfile, current: ColumnProfile): CellCounts | undefined {
  if (reference.kind === 'categorical' && current.kind === 'categorical') {
    return pairCounts(...asSameFlags(reference, current));
  }
  if (reference.kind !== 'numeric' || current.kind !== 'numeric') return undefined;
  const { values, reference: before, current: now, referenceRows } = mergeSteps(reference, current);
  const cells = { reference: new Array<number>(BINS).fill(0), current: new Array<number>(BINS).fill(0) };
  let below = 0;
  for (let at = 0; at < values.length; at++) {
    // A value is in the tenth in which the middle of its rows is, so that equal values are never split.
    const middle = below + (before[at] ?? 0) / 2;
    const bin = Math.min(BINS - 1, Math.floor((BINS * middle) / referenceRows));
    cells.reference[bin] = (cells.reference[bin] ?? 0) + (before[at] ?? 0);
    cells.current[bin] = (cells.current[bin] ?? 0) + (now[at] ?? 0);
    below += before[at] ?? 0;
  }
  return cells;
}

/** Shares of counts, with as many rows added to each cell. */
export function sharesOf(counts: readonly number[], added = 0): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count + added, 0);
  return counts.map((count) => (count + added) / total);
}

/** A measure of shares with its standard error, of two independent multinomial samples. */
export function estimateShares(
  { reference, current }: CellCounts,
  measure: (p: readonly number[], q: readonly number[]) => ShareMeasure,
  added = 0,
): EffectEstimate {
  const [p, q] = [sharesOf(reference, added), sharesOf(current, added)];
  const { value, byReference, byCurrent } = measure(p, q);
  const variance = varianceOf(p, byReference) / sumOf(reference) + varianceOf(q, byCurrent) / sumOf(current);
  return { value, standardError: Math.sqrt(variance) };
}

/**
 * The chi-square of shares that is significant, by row: what the measures of shares are functions of where shifts are small.
 *
 * @returns About the sum of (p - q)² / p.
 */
export function visibleSpread({ pValue, perRow, cells }: WindowSizes): number {
  return chiSquareQuantile(pValue, Math.max(1, cells - 1)) * perRow;
}

/** E. B. Wilson and M. M. Hilferty, Proc. Natl. Acad. Sci. 17, 1931. */
function chiSquareQuantile(upperTail: number, degreesOfFreedom: number): number {
  const part = 2 / (9 * degreesOfFreedom);
  return degreesOfFreedom * (1 - part + normalQuantile(1 - upperTail) * Math.sqrt(part)) ** 3;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Variance of a derivative over the cells. */
function varianceOf(shares: readonly number[], derivative: readonly number[]): number {
  const mean = shares.reduce((sum, share, i) => sum + share * (derivative[i] ?? 0), 0);
  return shares.reduce((sum, share, i) => sum + share * ((derivative[i] ?? 0) - mean) ** 2, 0);
}
