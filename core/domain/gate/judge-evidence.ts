import type { ContrastEstimate } from '../inference/contrast.ts';
import { reachOf } from '../inference/interval.ts';
import { normalQuantile } from '../statistics/normal.ts';
import type { Reading } from './rule-contrast.ts';

/** Evidence for a rule on one population: a contrast that must be shown to be at least 0. */
export interface ContrastEvidence extends ContrastEstimate {
  readonly reading: Reading;
  readonly rows: number;
  /** The contrast if both models were equal: the margin; undefined for rules without a champion. */
  readonly atEquality?: number;
}

/** The judgement of one contrast. */
export interface Judgement {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  /** Display of an interval: the value or difference in its own unit, lower <= upper. */
  readonly shown: { readonly value: number; readonly lower: number; readonly upper: number } | null;
  /** The confidence level of `shown`. */
  readonly level: number;
  /** Rows like these that would probably decide; null where no feasible number would. Only where inconclusive. */
  readonly rowsToDecide?: number | null;
  /** Rows that would probably show it if the two models were truly equal; null where no feasible number would. */
  readonly rowsIfEqual?: number | null;
  /** The smallest margin that as many rows as these would probably decide between equal models, in the rule's unit. */
  readonly decidableMargin?: number;
  /** Why there is no interval. */
  readonly unknown?: string;
}

/** Normal quantile of 80 % power, the usual choice in planning a study. */
const POWER_QUANTILE = normalQuantile(0.8);
/** Chosen: more than a hundred times the data at hand is not advice. */
const FEASIBLE_FACTOR = 100;

/**
 * Two-sided p-value of "the contrast is at least 0" where it is below, else 1: a failure at level 1 - alpha has
 * p <= alpha. 1 where the error is unknown.
 */
export function failurePValue({ value, uncertainty }: ContrastEvidence): number {
  if (uncertainty.kind === 'unknown' || value >= 0) return 1;
  if (uncertainty.kind === 'exact') return 0;
  // The level at which the interval ends at 0, by bisection of the logarithm of what it leaves.
  let [low, high] = [Math.log(1e-15), 0];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (value + reachOf(uncertainty, 1 - Math.exp(middle)).above < 0) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/**
 * Three verdicts: `pass` where the interval is at or above 0, `fail` where it is below, else `inconclusive`.
 *
 * @param level The two-sided confidence level of passing.
 * @param failLevel That of failing: higher where failing is adjusted for several slices, null where it is ruled out.
 *   Default: the same.
 */
export function judgeEvidence(evidence: ContrastEvidence, level: number, failLevel: number | null = level): Judgement {
  const { uncertainty, value } = evidence;
  if (uncertainty.kind === 'unknown') {
    const rowsToDecide = uncertainty.lack === undefined ? null : rowsForLack(evidence.rows, uncertainty.lack);
    return { verdict: 'inconclusive', shown: null, level, rowsToDecide, unknown: uncertainty.reason };
  }
  const passing = bounds(evidence, level);
  if (passing.lower >= 0) return { verdict: 'pass', shown: shownOf(evidence, passing), level };
  if (failLevel !== null) {
    const failing = bounds(evidence, failLevel);
    if (failing.upper < 0) return { verdict: 'fail', shown: shownOf(evidence, failing), level: failLevel };
  }
  // An exact contrast is decided above wherever failing is not ruled out.
  const standardError = uncertainty.kind === 'estimated' ? uncertainty.standardError : 0;
  const rowsToDecide = rowsNeeded({ rows: evidence.rows, effect: value, standardError }, level);
  const planned = planAtEquality(evidence, standardError, level);
  return { verdict: 'inconclusive', shown: shownOf(evidence, passing), level, rowsToDecide, ...planned };
}

function planAtEquality(
  { atEquality, rows, reading }: ContrastEvidence,
  standardError: number,
  level: number,
): Pick<Judgement, 'rowsIfEqual' | 'decidableMargin'> {
  if (atEquality === undefined) return {};
  const rowsIfEqual = rowsNeeded({ rows, effect: Math.max(0, atEquality), standardError }, level);
  return { rowsIfEqual, decidableMargin: distanceToDecide(standardError, level) * Math.abs(reading.scale) };
}

/** Smallest contrast that is decided with 80 % power. */
function distanceToDecide(standardError: number, level: number): number {
  return (normalQuantile((1 + level) / 2) + POWER_QUANTILE) * standardError;
}

/** Rows at which an interval of this kind would leave 0 with 80 % power; null beyond a hundred times those at hand. */
function rowsNeeded(
  { rows, effect, standardError }: { readonly rows: number; readonly effect: number; readonly standardError: number },
  level: number,
): number | null {
  const needed = Math.ceil(rows * (distanceToDecide(standardError, level) / Math.abs(effect)) ** 2);
  if (!Number.isFinite(needed) || needed > FEASIBLE_FACTOR * rows) return null;
  return Math.max(needed, rows + 1);
}

/** Rows at which there would be enough of what is lacking, at as much a row as now. */
function rowsForLack(rows: number, { has, needs }: { readonly has: number; readonly needs: number }): number | null {
  // None of a kind: infinitely many rows.
  const wanted = Math.ceil((rows * needs) / has);
  return wanted > FEASIBLE_FACTOR * rows ? null : wanted;
}

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

function bounds({ value, uncertainty }: ContrastEvidence, level: number): Bounds {
  if (uncertainty.kind !== 'estimated') return { lower: value, upper: value };
  const { below, above } = reachOf(uncertainty, level);
  return { lower: value - below, upper: value + above };
}

function shownOf({ value, reading }: ContrastEvidence, { lower, upper }: Bounds): Judgement['shown'] {
  const read = (contrast: number) => reading.shift + reading.scale * contrast;
  const [a, b] = [read(lower), read(upper)];
  return { value: read(value), lower: Math.min(a, b), upper: Math.max(a, b) };
}
