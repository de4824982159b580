import type { ContrastEstimate } from '../metrics/contrast.ts';
import { MIN_UNITS } from '../metrics/interval.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { studentTCdf, studentTQuantile } from '../statistics/student-t.ts';
import type { Reading } from './rule-contrast.ts';

/** What the data say of a rule on one population: a contrast that must be shown to be at least 0. */
export interface ContrastEvidence extends ContrastEstimate {
  readonly reading: Reading;
  readonly rows: number;
}

/** The judgement of one contrast. */
export interface Judgement {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  /** What people read: the value or difference in its own unit, lower <= upper. */
  readonly shown: { readonly value: number; readonly lower: number; readonly upper: number } | null;
  /** The confidence level of `shown`. */
  readonly level: number;
  /** Rows like these that would probably decide; null where no feasible number would. Only where inconclusive. */
  readonly rowsToDecide?: number | null;
  /** Why there is no interval. */
  readonly unknown?: string;
}

/** Normal quantile of 80 % power, the usual choice in planning a study. */
const POWER_QUANTILE = normalQuantile(0.8);
/** Chosen: more than a hundred times the data at hand is no advice. */
const FEASIBLE_FACTOR = 100;

/**
 * Two-sided p-value of "the contrast is at least 0" where it is below, else 1: a failure at level 1 - alpha has
 * p <= alpha. 1 where nothing is known of the error.
 */
export function failurePValue({ value, uncertainty }: ContrastEvidence): number {
  if (uncertainty.kind === 'unknown' || value >= 0) return 1;
  if (uncertainty.kind === 'exact') return 0;
  return 2 * studentTCdf(value / uncertainty.standardError, uncertainty.degreesOfFreedom);
}

/**
 * Three verdicts: `pass` where the interval lies at or above 0, `fail` where it lies below, else `inconclusive`.
 *
 * @param level The two-sided confidence level of passing.
 * @param failLevel That of failing: higher where failing is adjusted for several slices, null where it is ruled out.
 *   Default: the same.
 */
export function judgeEvidence(evidence: ContrastEvidence, level: number, failLevel: number | null = level): Judgement {
  const { uncertainty, value } = evidence;
  if (uncertainty.kind === 'unknown') {
    const rowsToDecide = uncertainty.units === undefined ? null : rowsForUnits(evidence.rows, uncertainty.units);
    return { verdict: 'inconclusive', shown: null, level, rowsToDecide, unknown: uncertainty.reason };
  }
  const passing = bounds(evidence, level);
  if (passing.lower >= 0) return { verdict: 'pass', shown: shownOf(evidence, passing), level };
  if (failLevel !== null) {
    const failing = bounds(evidence, failLevel);
    if (failing.upper < 0) return { verdict: 'fail', shown: shownOf(evidence, failing), level: failLevel };
  }
  const standardError = uncertainty.kind === 'estimated' ? uncertainty.standardError : 0;
  const rowsToDecide = rowsNeeded({ rows: evidence.rows, effect: value, standardError }, level);
  return { verdict: 'inconclusive', shown: shownOf(evidence, passing), level, rowsToDecide };
}

/** Rows at which an interval of this kind would leave 0 with 80 % power; null beyond a hundred times those at hand. */
function rowsNeeded(
  { rows, effect, standardError }: { readonly rows: number; readonly effect: number; readonly standardError: number },
  level: number,
): number | null {
  const z = normalQuantile((1 + level) / 2) + POWER_QUANTILE;
  const needed = Math.ceil(rows * ((z * standardError) / Math.abs(effect)) ** 2);
  if (!Number.isFinite(needed) || needed > FEASIBLE_FACTOR * rows) return null;
  return Math.max(needed, rows + 1);
}

/** Rows at which there would be enough independent units, at as many rows a unit as now. */
function rowsForUnits(rows: number, units: number): number | null {
  return units === 0 ? null : Math.ceil((rows * MIN_UNITS) / units);
}

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

function bounds({ value, uncertainty }: ContrastEvidence, level: number): Bounds {
  if (uncertainty.kind !== 'estimated') return { lower: value, upper: value };
  const half = studentTQuantile((1 + level) / 2, uncertainty.degreesOfFreedom) * uncertainty.standardError;
  return { lower: value - half, upper: value + half };
}

function shownOf({ value, reading }: ContrastEvidence, { lower, upper }: Bounds): Judgement['shown'] {
  const read = (contrast: number) => reading.shift + reading.scale * contrast;
  const [a, b] = [read(lower), read(upper)];
  return { value: read(value), lower: Math.min(a, b), upper: Math.max(a, b) };
}
