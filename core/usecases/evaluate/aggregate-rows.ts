import type { AggregatedPopulation, AggregatedRows, AggregatedSlice } from '../../domain/aggregates/aggregated-rows.ts';
import type { AggregationPlan } from '../../domain/aggregates/aggregation-plan.ts';
import { differingSql } from '../../domain/aggregates/dataset-checks.ts';
import {
  countStatement,
  countsOfCells,
  type PopulationCounts,
  populationOf,
} from '../../domain/aggregates/population-aggregates.ts';
import { FINE, OF_SLICE } from '../../domain/aggregates/score-bins.ts';
import {
  ASKED_VALUES,
  cutOf,
  type DeclaredSlice,
  declaredSlices,
  type SlicedColumn,
  sliceValueSql,
} from '../../domain/aggregates/slice-cut.ts';
import { type Cut, type ScoredRelation, selecting, sourceOf, wholeOf } from '../../domain/aggregates/statement.ts';
import type { ScoredPopulation } from '../../domain/evaluation/population.ts';
import type { SliceKey } from '../../domain/evaluation/slice.ts';
import { UserError } from '../../errors.ts';
import { aggregateModel, type ModelColumns, type ModelRows } from './aggregate-models.ts';
import type { Asking, AskingRows } from './asking.ts';
import { interleave } from './read-predictions.ts';

/** Chosen: rows of a slice that are fetched and judged one by one, so that small slices are judged as ever. */
const HELD_ROWS = 65_536;
/** Chosen: the aggregates of a slice take up to 1 MB a model and class. */
const MOST_SLICES = 500;

/** Scored rows in a relation. */
export interface RowsToAggregate {
  readonly relation: ScoredRelation;
  readonly plan: AggregationPlan;
  readonly candidate: ModelColumns;
  readonly champion: ModelColumns | null;
  /** About the mean label. */
  readonly centre: number;
  /** Rows to which both models gave other scores; 0 without a champion. */
  readonly differing: number;
  readonly slices: readonly SlicedColumn[];
}

/**
 * Aggregates of all rows and of slices.
 *
 * @throws {UserError} DATA_INVALID for slices that the columns do not give, DATA_UNSUPPORTED for too many.
 */
export async function aggregateRows(rows: RowsToAggregate, asking: AskingRows): Promise<AggregatedRows> {
  const whole = { bins: FINE, differing: [rows.differing], asking };
  const [all] = await aggregatePopulations(rows, wholeOf(rows.relation), whole);
  if (all === undefined) throw new RangeError('no aggregates');
  const slices: AggregatedSlice[] = [];
  for (const column of rows.slices)
    slices.push(...(await aggregateSlices(rows, column, { asking, totalRows: all.rows })));
  return { ...all, slices };
}

interface How {
  readonly bins: ModelRows['bins'];
  /** Rows to which both models gave other scores, by slice. */
  readonly differing: readonly number[];
  readonly asking: Asking;
}

async function aggregatePopulations(
  { relation, plan, candidate, champion, centre }: RowsToAggregate,
  cut: Cut,
  { bins, differing, asking }: How,
): Promise<readonly AggregatedPopulation[]> {
  const statement = countStatement({ relation, cut, classes: plan.classes }, asking.dialect);
  let counted: Promise<readonly PopulationCounts[]> | undefined;
  const countRows: ModelRows['countRows'] = (cells) => {
    counted ??= cells === undefined ? asking.ask(statement) : Promise.resolve(cells.map(countsOfCells));
    return counted;
  };
  const rows: ModelRows = { relation, cut, plan, bins, centre, countRows };
  const [own, rival] = await Promise.all([
    aggregateModel(candidate, rows, asking),
    champion === null ? null : aggregateModel(champion, rows, asking),
  ]);
  return (await countRows()).map((count, at): AggregatedPopulation => {
    const model = own[at];
    if (model === undefined) throw new RangeError('a slice without its model');
    return {
      rows: count.rows,
      labelRows: count.labelRows,
      population: populationOf(count, plan.isGrouped),
      candidate: model,
      champion: rival?.[at] ?? null,
      identical: champion !== null && differing[at] === 0 && candidate.problem === null && champion.problem === null,
    };
  });
}

interface CountedSlice extends DeclaredSlice {
  readonly rows: number;
  /** Rows to which both models gave other scores; 0 without a champion. */
  readonly differing: number;
}

async function aggregateSlices(
  rows: RowsToAggregate,
  column: SlicedColumn,
  { asking, totalRows }: { readonly asking: AskingRows; readonly totalRows: number },
): Promise<readonly AggregatedSlice[]> {
  const slices = await countSlices(rows, column, asking);
  if (slices.length > MOST_SLICES) {
    const what = `there are more than ${MOST_SLICES} slices of ${column.declaration.column}`;
    throw new UserError('DATA_UNSUPPORTED', what, { fix: 'Use wider bins.' });
  }
  const { from } = rows.relation;
  const large = slices.filter((slice) => slice.rows > HELD_ROWS);
  const small = slices.filter((slice) => slice.rows <= HELD_ROWS);
  const isTotal = large.reduce((sum, slice) => sum + slice.rows, 0) === totalRows;
  const differing = large.map((slice) => slice.differing);
  const cut = cutOf(from, { column, slices: large, isTotal }, asking.dialect);
  const aggregated =
    large.length === 0 ? [] : await aggregatePopulations(rows, cut, { bins: OF_SLICE, differing, asking });
  const rest = cutOf(from, { column, slices: small, isTotal: false }, asking.dialect);
  const held = small.length === 0 ? [] : await holdRows(rows, rest, { small, asking });
  return slices.map((slice): AggregatedSlice => {
    const { key, rows: count } = slice;
    const aggregates = aggregated[large.indexOf(slice)];
    if (aggregates !== undefined) return { key, rows: count, of: { kind: 'aggregated', aggregates } };
    const population = held[small.indexOf(slice)];
    if (population === undefined) throw new RangeError('a slice without rows');
    return { key, rows: count, of: { kind: 'held', population } };
  });
}

/** The slices that have rows. */
async function countSlices(
  { relation, candidate, champion }: RowsToAggregate,
  column: SlicedColumn,
  { query, dialect }: AskingRows,
): Promise<readonly CountedSlice[]> {
  const { from } = relation;
  const isDiffering = champion && differingSql(candidate.scores, champion.scores);
  const counts = ['COUNT(*)', isDiffering === null ? '0' : dialect.countIf(isDiffering)];
  const isBinned = column.declaration.bins !== undefined;
  if (!isBinned) {
    const value = sliceValueSql(column);
    const [values = [], ...of] = await query({
      ...selecting([value, ...counts], `${from} GROUP BY 1 LIMIT ${ASKED_VALUES}`),
      kinds: [column.kind === 'text' ? 'text' : 'number', 'number', 'number'],
    });
    return declaredSlices(column, values).map((slice) => countedAt(slice, values.indexOf(slice.value ?? null), of));
  }
  const declared = declaredSlices(column, []);
  const cut = cutOf(from, { column, slices: declared, isTotal: false }, dialect);
  const [codes = [], ...of] = await query({
    ...selecting([dialect.double(cut.code), ...counts], `${sourceOf(cut)} GROUP BY 1`),
    kinds: ['number', 'number', 'number'],
  });
  return declared.flatMap((slice, at) => (codes.includes(at) ? [countedAt(slice, codes.indexOf(at), of)] : []));
}

function countedAt(
  slice: DeclaredSlice,
  at: number,
  [rows = [], differing = []]: readonly (readonly (number | string | null)[])[],
): CountedSlice {
  return { ...slice, rows: Number(rows[at] ?? 0), differing: Number(differing[at] ?? 0) };
}

/** The rows of small slices. */
async function holdRows(
  { relation, plan, candidate, champion }: RowsToAggregate,
  { from, code }: Cut,
  { small, asking }: { readonly small: readonly CountedSlice[]; readonly asking: AskingRows },
): Promise<readonly ScoredPopulation[]> {
  const { label, weight, part } = relation;
  const scores = [...candidate.scores, ...(champion?.scores ?? [])];
  const wanted = [code, label, part, weight ?? '1', ...scores].map((sql) => asking.dialect.double(sql));
  const selected = [...wanted, 'row_no'].map((sql, at) => `${sql} AS c${at}`);
  const found = await asking.query({
    sql: `SELECT held.* FROM (SELECT ${selected.join(', ')} FROM ${from}) AS held WHERE c0 IS NOT NULL ORDER BY c${selected.length - 1}`,
    kinds: selected.map(() => 'number'),
  });
  const columns = inOrder(found.map((column) => Float64Array.from(column, (value) => Number(value ?? Number.NaN))));
  const rowsOf = small.map((): number[] => []);
  for (const [row, number] of (columns[0] ?? []).entries()) rowsOf[Number(number)]?.push(row);
  const width = candidate.scores.length;
  return small.map(({ key }, at) => {
    const rows = rowsOf[at] ?? [];
    const numbers = (column: number) => Float64Array.from(rows, (row) => columns[column]?.[row] ?? Number.NaN);
    const scored = (first: number) =>
      interleave(
        Array.from({ length: width }, (_, of) => numbers(first + of)),
        rows.length,
      );
    return {
      slice: key,
      labels: numbers(1),
      weights: weight === null ? null : numbers(3),
      candidate: scored(4),
      champion: champion === null ? null : scored(4 + width),
      classes: plan.classes,
      sampling: plan.isGrouped ? clusters(numbers(2)) : { kind: 'rows' },
    } satisfies ScoredPopulation & { readonly slice: SliceKey };
  });
}

/** In the order of the last column, then of the others: engines give rows in any order. */
function inOrder(columns: readonly Float64Array[]): readonly Float64Array[] {
  const numbers = columns.at(-1) ?? new Float64Array(0);
  if (numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? number))) return columns;
  const by = [numbers, ...columns];
  const order = Uint32Array.from((columns[0] ?? []).keys()).sort((one, other) => {
    for (const column of by) {
      const [a, b] = [orderOf(column[one]), orderOf(column[other])];
      if (a !== b) return a < b ? -1 : 1;
    }
    return 0;
  });
  return columns.map((column) => Float64Array.from(order, (row) => column[row] ?? Number.NaN));
}

/** Missing values are equal to each other, and last. */
function orderOf(value = Number.NaN): number {
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}

/** Numbered again: groups without a row in the slice do not count. */
function clusters(parts: Float64Array): ScoredPopulation['sampling'] {
  const numbers = new Map<number, number>();
  const ids = Uint32Array.from(parts, (part) => {
    const number = numbers.get(part) ?? numbers.size;
    numbers.set(part, number);
    return number;
  });
  return { kind: 'clusters', ids, count: numbers.size };
}
