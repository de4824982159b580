import type { MetricEstimate } from '../metrics/metric.ts';
import type { Population } from './population.ts';
import type { StandardError } from './standard-error.ts';
import { MIN_UNITS } from './uncertainty.ts';

/**
 * Chosen by simulation: where fewer equal rows than these make the error of a metric that has limits for every law, it has
 * those. In groups fewer do, since the quantile is corrected for skewness there; but not of metrics that influences describe
 * to first order only, such as average precision, of which a difference needs more.
 */
const MIN_ERROR_ROWS = { rows: MIN_UNITS, clusters: 6 } as const;
const MIN_ERROR_ROWS_OF_DIFFERENCES = 12;
/** True if the error rests on too few rows for what metrics with limits for every law need not risk. */
export function hasFewErrors(
  estimates: readonly MetricEstimate[],
  { errorRows }: StandardError,
  { sampling, rows }: Population,
): boolean {
  const limits = estimates.map(({ distributionFree }) => distributionFree);
  if (rows !== undefined || limits.includes(undefined)) return false;
  const isFirstOrder = limits.some((one) => one?.paired === undefined);
  const ofFirstOrder = estimates.length > 1 ? MIN_ERROR_ROWS_OF_DIFFERENCES : MIN_UNITS;
  const needed = isFirstOrder ? ofFirstOrder : MIN_ERROR_ROWS[sampling.kind];
  // Rounding of equal rows is not fewer of them.
  return Math.min(errorRows, ...estimates.map(({ errors }) => errors ?? needed)) < needed * (1 - 1e-9);
}
