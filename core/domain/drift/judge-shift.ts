import { formatCount, formatNumber } from '../text/format-number.ts';
import {
  degreesOfFreedom,
  effectiveSample,
  knownVariance,
  oneSidedQuantile,
  rowsPerObservation,
} from './effective-sample.ts';
import type { DriftEffect, WindowSizes } from './effects/drift-effect.ts';
import type { ColumnProfile } from './profile-column.ts';

/** A tested column with the effect that is judged. */
export interface TestedShift {
  readonly reference: ColumnProfile;
  readonly current: ColumnProfile;
  readonly effect: DriftEffect;
  readonly adjustedPValue: number;
  /** True if the test gives no smaller p-value, so that it may be much smaller. */
  readonly isLeastPValue: boolean;
}

/** Bars that a shift has to clear. */
export interface ShiftBars {
  readonly falseAlarmRate: number;
  /** Number of all tests that share the rate. */
  readonly tests: number;
  readonly floor: number;
  /** The limit from past windows; undefined where it is not asked for. */
  readonly limit: number | undefined;
}

/** The verdict on a column. */
export interface JudgedShift {
  readonly verdict: 'drift' | 'no-drift' | 'inconclusive';
  readonly value: number | null;
  /** Lower end of the one-sided 95 % interval of the effect, at least 0. */
  readonly lower: number | null;
  readonly visible: number;
  /** Set where the window has too few rows. */
  readonly rowsToSee?: number | null;
  /** Sentences. */
  readonly reason: string;
}

const MOST_ROWS = 1e12;

/**
 * Judges a shift: drift where it is significant, its lower bound at least the floor, and its value above the limit.
 * Otherwise `inconclusive` where no shift of the floor could have been significant in a window of this size.
 */
export function judgeShift(tested: TestedShift, bars: ShiftBars): JudgedShift {
  const shift = independent(tested);
  const measured = shift.effect.measure(shift.reference, shift.current);
  const visible = shift.effect.visible(sizesOf(shift, bars));
  if (measured === undefined || Number.isNaN(measured.value)) {
    return {
      verdict: 'inconclusive',
      value: null,
      lower: null,
      visible,
      reason: 'Not tested: the size of a shift has no value.',
    };
  }
  const { value, standardError } = measured;
  const lower = Math.max(0, value - oneSidedQuantile(shift.degreesOfFreedom) * standardError);
  const isSignificant = shift.adjustedPValue <= bars.falseAlarmRate;
  const isLarge = lower >= bars.floor && (bars.limit === undefined || value > bars.limit);
  const found = { value: finite(value), lower: finite(lower), visible };
  const said = sentence({ isSignificant, isLarge }, value, bars);
  if (isSignificant && isLarge) return { ...found, verdict: 'drift', reason: said };
  if (isLarge && !isSignificant && shift.isLeastPValue) {
    const reason = `${said} Not decided: this test gives no smaller p-value, and ${formatCount(bars.tests)} tests need one.`;
    return { ...found, verdict: 'inconclusive', reason };
  }
  const bar = Math.max(bars.floor, bars.limit ?? 0);
  if (bar === 0 || visible <= bar) return { ...found, verdict: 'no-drift', reason: said };
  const rowsToSee = rowsFor(shift, bars, bar);
  const needed =
    rowsToSee === null
      ? 'no number of rows is enough next to this reference'
      : `about ${formatCount(rowsToSee)} rows would be enough`;
  const reason = `${said} A shift of ${formatNumber(bar, 3)} could not be seen in this window: ${needed}.`;
  return { ...found, verdict: 'inconclusive', rowsToSee, reason };
}

/** The shift of as many independent rows. */
interface IndependentShift extends TestedShift {
  readonly degreesOfFreedom: number;
  /** Rows of the current window for each independent one. */
  readonly rowsEach: number;
}

function independent(shift: TestedShift): IndependentShift {
  const of = shift.effect.columns === 'any' ? 'presence' : 'values';
  return {
    ...shift,
    reference: effectiveSample(shift.reference, of),
    current: effectiveSample(shift.current, of),
    degreesOfFreedom: degreesOfFreedom(of, shift.reference, shift.current),
    rowsEach: rowsPerObservation(shift.current, of),
  };
}

/** JSON has no infinity: a reference of one value that moved has no scale. */
function finite(value: number): number {
  return Math.min(value, Number.MAX_VALUE);
}

function sizesOf(shift: IndependentShift, { falseAlarmRate, tests }: ShiftBars): WindowSizes {
  const { reference, current } = shift;
  return {
    // As strict as the adjustment can be: of one column among all.
    pValue: knownVariance(falseAlarmRate / Math.max(1, tests), shift.degreesOfFreedom),
    perRow: 1 / observed(shift, reference) + 1 / observed(shift, current),
    cells: cellsOf(reference, current),
    missing: (reference.missing + current.missing) / (reference.rows + current.rows),
  };
}

/** Rows that an effect is computed from. */
function observed({ effect }: TestedShift, { rows, missing }: ColumnProfile): number {
  return effect.columns === 'any' ? rows : rows - missing;
}

function cellsOf(reference: ColumnProfile, current: ColumnProfile): number {
  if (reference.kind === 'numeric' || current.kind === 'numeric') return 10;
  return new Set([...reference.counts, ...current.counts].map(([name]) => name)).size;
}

/** Rows of a window in which a shift of the bar can be significant; null where the reference has too few for any. */
function rowsFor(shift: IndependentShift, bars: ShiftBars, bar: number): number | null {
  const sizes = sizesOf(shift, bars);
  const ofReference = 1 / observed(shift, shift.reference);
  const isSeen = (rows: number) => shift.effect.visible({ ...sizes, perRow: ofReference + 1 / rows }) <= bar;
  if (!isSeen(MOST_ROWS)) return null;
  let [low, high] = [1, MOST_ROWS];
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (isSeen(middle)) high = middle;
    else low = middle;
  }
  return Math.ceil(high * shift.rowsEach);
}

function sentence(
  { isSignificant, isLarge }: { readonly isSignificant: boolean; readonly isLarge: boolean },
  value: number,
  { floor, limit }: ShiftBars,
): string {
  const amount = formatNumber(value, 3);
  const bar =
    limit !== undefined && limit > floor
      ? `${formatNumber(limit, 3)}, the limit from past windows`
      : formatNumber(floor, 3);
  if (!isSignificant) return `Shifted by ${amount}, which chance can explain.`;
  if (!isLarge) return `Shifted by ${amount}: significant, but not surely above ${bar}.`;
  return `Shifted by ${amount}, more than ${bar}.`;
}
