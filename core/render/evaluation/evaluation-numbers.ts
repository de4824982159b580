import { decimalsFor, formatDifference, formatNumber, formatPercent } from '../../domain/text/format-number.ts';
import type { Interval } from '../../reports/evaluation-report.ts';

const NONE = '—';

/** A value that may be missing, with its interval. */
export interface ShownEstimate {
  readonly value: number | null;
  readonly interval: Interval | null;
}

/** Decimals for a value: as fine as its difference is known, else as its own interval. */
export function sharedDecimals(...estimates: readonly (ShownEstimate | undefined)[]): number {
  const [known] = estimates.flatMap((estimate) => {
    const width =
      estimate?.interval === null || estimate === undefined ? 0 : estimate.interval.upper - estimate.interval.lower;
    return width > 0 ? [width / 2] : [];
  });
  return known === undefined ? 3 : decimalsFor(known);
}

/** A value, or a dash. */
export function showValue({ value, interval }: ShownEstimate, decimals: number): string {
  if (value === null) return NONE;
  const isExactWhole = interval !== null && interval.lower === interval.upper && Number.isInteger(value);
  return formatNumber(value, isExactWhole ? 0 : decimals);
}

/** A difference with its interval: `+0.021 (+0.014 … +0.028)`. */
export function showDifference({ value, interval }: ShownEstimate, decimals: number): string {
  if (value === null) return NONE;
  if (interval === null) return `${formatDifference(value, decimals)} (no interval)`;
  if (interval.lower === interval.upper) return formatDifference(value, decimals);
  return `${formatDifference(value, decimals)} (${showRange(interval, decimals)})`;
}

/** `+0.014 … +0.028`. */
export function showRange({ lower, upper }: Interval, decimals: number): string {
  return `${formatDifference(lower, decimals)} … ${formatDifference(upper, decimals)}`;
}

/** `0.659 … 0.685`. */
export function showPlainRange({ lower, upper }: Interval, decimals: number): string {
  return `${formatNumber(lower, decimals)} … ${formatNumber(upper, decimals)}`;
}

/** The head of a column of differences, with the level of their intervals where there are any. */
export function differenceHead(differences: readonly ShownEstimate[]): string {
  const interval = differences.find((difference) => difference.interval !== null)?.interval;
  return interval === null || interval === undefined ? 'difference' : `difference (${showLevel(interval)})`;
}

/** `95 % CI`. */
export function showLevel({ level }: Interval): string {
  return `${formatPercent(level)} CI`;
}
