import { once } from '../inference/once.ts';
import type { Metric, MetricEstimate } from '../metrics/metric.ts';
import { influenceOfParts, type PartSizes } from './part-influence.ts';
import { type SqlDialect, sqlNumber } from './sql-dialect.ts';
import { type Cut, EMPTY, type ScoredRelation, type Statement, selecting, sizeSql, stable } from './statement.ts';

/** Bins of one level; a bin of the next level is that share of one of this level. */
const BINS = 65_536;
/** Chosen: below a bin other than the first, five levels have more digits than doubles. */
const MOST_LEVELS_OF_DIGITS = 5;
/** Chosen: 2^-384 of the root mean squared error is not far from the smallest double. */
const MOST_LEVELS = 24;

/** Rows of one slice, whose absolute errors are put in order. */
export interface ErrorRows {
  readonly relation: ScoredRelation;
  readonly cut: Cut;
  /** The number of the slice. */
  readonly slice: number;
  /** SQL of the prediction. */
  readonly prediction: string;
  /** About the size of the errors, above 0: half of the bins are below it. */
  readonly scale: number;
}

/** A bin that has rows. */
export interface ErrorCell {
  readonly bin: number;
  /** Number of its rows, or their weight. */
  readonly weight: number;
  /** Lowest and highest absolute error. */
  readonly least: number;
  readonly most: number;
}

/** Position of a bin: a bin of the first level, one of the second within it, and so on. */
export type BinPath = readonly number[];

/** The median absolute error with what its interval needs. */
export interface ErrorOrder {
  readonly median: number;
  /** Error bound of the median; 0 where it is exact. */
  readonly bound: number;
  /** One over the density of errors at the median. */
  readonly slope: number;
  /** Weight of the rows whose error is at most the median, by part. */
  readonly below: Float64Array;
}

/** Statement for the bins within a bin, ascending; `[]`: those of the first level. */
export function errorCellStatement(
  rows: ErrorRows,
  path: BinPath,
  dialect: SqlDialect,
): Statement<readonly ErrorCell[]> {
  const error = errorSql(rows);
  let place = `${error} / (${error} + ${sqlNumber(rows.scale)}) * ${BINS}`;
  const conditions = [...sliceCondition(rows)];
  for (const bin of path) {
    conditions.push(`floor(${place}) = ${bin}`);
    place = `(${place} - ${bin}) * ${BINS}`;
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const key = dialect.small(`LEAST(${BINS - 1}, ${place})`);
  const columns = [sizeSql(rows.relation.weight), `MIN(${error})`, `MAX(${error})`];
  return {
    ...selecting([key, ...columns], `${rows.cut.from}${where} GROUP BY 1`),
    read: ([keys = EMPTY, ...of]) => {
      const at = (column: number, row: number) => of[column]?.[row] ?? Number.NaN;
      const cells = Array.from(keys, (bin, row) => ({
        bin,
        weight: stable(at(0, row)),
        least: at(1, row),
        most: at(2, row),
      }));
      return cells.sort((a, b) => a.bin - b.bin);
    },
  };
}

/** Statement for the weight of the rows whose error is at most a value, by part. */
export function errorsBelowStatement(rows: ErrorRows, value: number, dialect: SqlDialect): Statement<Float64Array> {
  const { weight, part, parts } = rows.relation;
  const conditions = [...sliceCondition(rows), `${errorSql(rows)} <= ${sqlNumber(value)}`];
  return {
    ...selecting(
      [dialect.whole(part), sizeSql(weight)],
      `${rows.cut.from} WHERE ${conditions.join(' AND ')} GROUP BY 1`,
    ),
    read: ([keys = EMPTY, sums]) => {
      const below = new Float64Array(parts);
      keys.forEach((of, row) => {
        below[of] = stable(sums?.[row] ?? 0);
      });
      return below;
    },
  };
}

function errorSql({ relation, prediction }: ErrorRows): string {
  return `ABS(${relation.label} - ${prediction})`;
}

function sliceCondition({ cut, slice }: ErrorRows): readonly string[] {
  return cut.count === 1 && cut.isTotal ? [] : [`${cut.code} = ${slice}`];
}

/** A quantile between two values, which are equal where it is exact. */
export interface QuantileBounds {
  readonly least: number;
  readonly most: number;
}

/** The quantile at a share: `lower` is reached by the share itself, `upper` only by more. */
export interface WantedQuantile {
  /** Weight below it. */
  readonly weight: number;
  readonly side: 'lower' | 'upper';
  /** Sums of weights are equal only up to this. */
  readonly slack: number;
}

/**
 * A quantile of absolute errors by refinement: the bin that has it is divided until its errors are equal.
 *
 * @param cellsIn Bins within a bin; asked for once per bin.
 * @param levels Most levels of bins to ask for. Default: until doubles end.
 */
export async function findErrorQuantile(
  wanted: WantedQuantile,
  cellsIn: (path: BinPath) => Promise<readonly ErrorCell[]>,
  levels: number = MOST_LEVELS,
): Promise<QuantileBounds> {
  let path: BinPath = [];
  let before = 0;
  for (;;) {
    const found = cellOf(wanted, await cellsIn(path), before);
    const { cell } = found;
    path = [...path, cell.bin];
    before = found.before;
    // At the end of a bin its highest error is the quantile, and after a bin the lowest of the next one.
    if (wanted.side === 'lower' && isAt(wanted, before + cell.weight)) return { least: cell.most, most: cell.most };
    if (wanted.side === 'upper' && isAt(wanted, before)) return { least: cell.least, most: cell.least };
    if (cell.least === cell.most || path.length >= levels || digitsOf(path) >= MOST_LEVELS_OF_DIGITS) return cell;
  }
}

/** Levels from the first bin that is not that of the smallest errors. */
function digitsOf(path: BinPath): number {
  const first = path.findIndex((bin) => bin > 0);
  return first === -1 ? 0 : path.length - first;
}

function isAt({ weight, slack }: WantedQuantile, reached: number): boolean {
  return Math.abs(reached - weight) <= slack;
}

function cellOf(
  { weight, side, slack }: WantedQuantile,
  cells: readonly ErrorCell[],
  before: number,
): { readonly cell: ErrorCell; readonly before: number } {
  let running = before;
  for (const cell of cells) {
    const reached = running + cell.weight;
    if (side === 'lower' ? reached >= weight - slack : reached > weight + slack) return { cell, before: running };
    running = reached;
  }
  const last = cells.at(-1);
  if (last === undefined) throw new RangeError('a quantile of no rows');
  return { cell: last, before: running - last.weight };
}

/** The estimate from aggregates; its influence is that of rows, summed by part. */
export function estimateOfOrder({ median, bound, slope, below }: ErrorOrder, sizes: PartSizes): MetricEstimate {
  const share = below.reduce((sum, one) => sum + one, 0) / sizes.total;
  const influence = once(() =>
    influenceOfParts(sizes, (part) => slope * (share * (sizes.weights[part] ?? 0) - (below[part] ?? 0))),
  );
  return { kind: 'estimate', value: median, influence, byClass: false, ...(bound > 0 ? { bound } : {}) };
}

/** True if a metric needs the order of absolute errors. */
export function isOfErrorOrder({ aggregated }: Metric): boolean {
  return aggregated?.kind === 'median-error';
}
