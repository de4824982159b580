import { mean, standardDeviation } from 'simple-statistics';
import { chiSquareTest } from './chi-square-test.ts';
import { MIN_PAST_WINDOWS, STANDARD_DEVIATIONS } from './history-limit.ts';
import type { TwoSampleTest } from './kolmogorov-smirnov.ts';
import type { ColumnProfile } from './profile-column.ts';

/** How much of a column is missing, in two samples. */
export interface MissingShares {
  /** 0 to 1. */
  readonly reference: number;
  /** 0 to 1. */
  readonly current: number;
}

/** The test of a missing rate. */
export interface MissingTest extends TwoSampleTest, MissingShares {
  /** Difference of the shares, 0 to 1. */
  readonly effect: number;
}

type Counted = Pick<ColumnProfile, 'rows' | 'missing'>;

/**
 * Chi-square test, with Yates' correction, that the same share of a column is missing in both samples.
 *
 * @returns Undefined where nothing is missing in either, or a sample has no rows: there is nothing to test.
 */
export function testMissing(reference: Counted, current: Counted): MissingTest | undefined {
  if (reference.rows === 0 || current.rows === 0 || reference.missing + current.missing === 0) return undefined;
  const counts = [reference, current].map(({ rows, missing }) => [missing, rows - missing]);
  const [before = [], now = []] = counts;
  const shares = { reference: shareOf(reference), current: shareOf(current) };
  const effect = Math.abs(shares.current - shares.reference);
  return { ...chiSquareTest({ categories: [], reference: before, current: now }), ...shares, effect };
}

/** As `historyLimit`, for the missing rate. @returns Undefined with fewer than 4 past windows. */
export function missingLimit(reference: Counted, windows: readonly Counted[]): number | undefined {
  const filled = windows.filter(({ rows }) => rows > 0);
  if (reference.rows === 0 || filled.length < MIN_PAST_WINDOWS) return undefined;
  const effects = filled.map((window) => Math.abs(shareOf(window) - shareOf(reference)));
  return mean(effects) + STANDARD_DEVIATIONS * standardDeviation(effects);
}

function shareOf({ rows, missing }: Counted): number {
  return missing / rows;
}
