import {
  type BinPath,
  type ErrorCell,
  type ErrorOrder,
  type ErrorRows,
  errorCellStatement,
  errorsBelowStatement,
  findErrorQuantile,
} from '../../domain/aggregates/error-order.ts';
import { medianBand } from '../../domain/metrics/absolute-error-order.ts';
import type { Asking } from './asking.ts';

/** Number of rows and their weight. */
export interface RowSizes {
  readonly rows: number;
  readonly total: number;
}

/** Sums of weights are equal only up to this share of the total, as for rows in memory. */
const ROUNDING = 1e-12;

/**
 * The median absolute error of rows that are too many to sort: the bin that has the median is divided until its errors
 * are equal. Each level is one statement over the rows of that bin.
 */
export async function orderErrors(rows: ErrorRows, sizes: RowSizes, { ask, dialect }: Asking): Promise<ErrorOrder> {
  const known = new Map<string, Promise<readonly ErrorCell[]>>();
  const cellsIn = (path: BinPath) => {
    const key = path.join('/');
    const cells = known.get(key) ?? ask(errorCellStatement(rows, path, dialect));
    known.set(key, cells);
    return cells;
  };
  const { total } = sizes;
  const band = medianBand(sizes.rows);
  const quantile = (share: number, side: 'lower' | 'upper', levels?: number) =>
    findErrorQuantile({ weight: share * total, side, slack: ROUNDING * total }, cellsIn, levels);
  const lower = await quantile(0.5, 'lower');
  const upper = await quantile(0.5, 'upper');
  // The density needs no more than the first bins.
  const [from, to] = [await quantile(0.5 - band, 'lower', 1), await quantile(0.5 + band, 'upper', 1)];
  const [least, most] = [(lower.least + upper.least) / 2, (lower.most + upper.most) / 2];
  const median = (least + most) / 2;
  return {
    median,
    bound: (most - least) / 2,
    slope: (to.most - from.least) / (2 * band),
    below: await ask(errorsBelowStatement(rows, median, dialect)),
  };
}
