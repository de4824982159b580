import { valuesAtRanks } from '../statistics/order-statistics.ts';
import { type ColumnValues, rowCount } from '../table/column-values.ts';
import type { TextMeasure } from './text/text-measures.ts';
import type { Vocabulary } from './text/vocabulary.ts';
import type { TimeMeasure, TimeRange } from './time-measures.ts';

/** Groups of rows that are one observation each, such as those of a user, and what they do to a column. */
export interface ColumnClusters {
  /** Groups with at least one value, as the number of groups of equal size that vary as much (`effectiveGroups`). */
  readonly groups: number;
  /** The same of groups with and without values; absent in profiles that are older than it. */
  readonly rowGroups?: number | undefined;
  /** Design effect of the values: as many rows tell as much as one independent row; >= 1. */
  readonly values: number;
  /** The same of the mean rank of numbers; absent for categories, and in profiles that are older than it. */
  readonly ranks?: number | undefined;
  /** Design effect of the values being there; >= 1. */
  readonly presence: number;
}

interface Described {
  readonly name: string;
  readonly rows: number;
  readonly missing: number;
  /** Absent where rows are independent. */
  readonly clusters?: ColumnClusters | undefined;
  /** The column of texts that it was computed from, and by which measure; absent for a column of the data. */
  readonly text?: MeasureOfText | undefined;
  /** The same of a column of times. */
  readonly time?: MeasureOfTime | undefined;
}

/** The origin of a column that was computed from texts. */
export interface MeasureOfText {
  readonly column: string;
  readonly measure: TextMeasure;
  /** Of `unknown-words`. */
  readonly vocabulary?: Vocabulary | undefined;
}

/** The origin of a column that was computed from times, with the range of the reference. */
export interface MeasureOfTime extends TimeRange {
  readonly column: string;
  readonly measure: TimeMeasure;
}

/** The column of the data that a column of a profile is read from. */
export function sourceOf({ name, text, time }: Pick<ColumnProfile, 'name' | 'text' | 'time'>): string {
  return text?.column ?? time?.column ?? name;
}

/** True for a column that was computed from another one. */
export function isMeasure({ text, time }: Pick<ColumnProfile, 'text' | 'time'>): boolean {
  return text !== undefined || time !== undefined;
}

/** A numeric column as a sketch: points at equal steps of rank; all values where there are no more than points. */
export interface NumericProfile extends Described {
  readonly kind: 'numeric';
  /** Ascending. First and last are minimum and maximum. Empty where every value is missing. */
  readonly quantiles: readonly number[];
}

/** A categorical column as counts. */
export interface CategoricalProfile extends Described {
  readonly kind: 'categorical';
  /** Most frequent first. */
  readonly counts: readonly (readonly [string, number])[];
  /** Rows of the categories that were cut. */
  readonly other: number;
}

/** A summary of a column. */
export type ColumnProfile = NumericProfile | CategoricalProfile;

/** Share of rows without a value, 0 to 1; 0 where there are no rows. */
export function shareMissing({ rows, missing }: Pick<ColumnProfile, 'rows' | 'missing'>): number {
  return rows === 0 ? 0 : missing / rows;
}

/** Resolution of a summary. */
export interface ProfileResolution {
  /** Points of a numeric sketch: the distribution function is known to 1 / (points - 1). */
  readonly points: number;
  readonly categories: number;
}

/** Chosen: the distribution function to 0.0005, in some 20 kB a column. */
export const FULL_RESOLUTION: ProfileResolution = { points: 2001, categories: 1000 };
/** Chosen for each of many past windows: to 0.005. */
export const WINDOW_RESOLUTION: ProfileResolution = { points: 201, categories: 200 };
/** Chosen: above this, buckets are cheaper than a sort. */
const MANY = 50_000;
/** Chosen: whole numbers with at most this number of values are codes or counts whose every value matters. */
export const MAX_CODES = 20;

/**
 * True if a column is summed up as counts: text, booleans, and whole numbers of few values.
 *
 * @param isWhole Whether the column's type is that of whole numbers.
 */
export function isCategorical(column: ColumnValues, isWhole: boolean): boolean {
  if (column.kind === 'categorical') return true;
  if (!isWhole) return false;
  const seen = new Set<number>();
  for (const value of column.values) {
    if (!Number.isNaN(value)) seen.add(value);
    if (seen.size > MAX_CODES) return false;
  }
  return true;
}

/**
 * Sums up a column.
 *
 * @param kind As the reference has it: a window is summed up in the same way, except text where the reference has numbers.
 */
export function profileColumn(
  name: string,
  column: ColumnValues,
  { kind, resolution }: { readonly kind: ColumnProfile['kind']; readonly resolution: ProfileResolution },
): ColumnProfile {
  if (kind === 'categorical' || hasText(column)) return categoricalProfile(name, column, resolution);
  const values = column.kind === 'categorical' ? new Float64Array(0) : column.values;
  const rows = rowCount(column);
  const finite = countFinite(values);
  return { name, kind, rows, missing: rows - finite, quantiles: sketch(values, finite, resolution.points) };
}

/** A column without any value may have been read as text. */
function hasText(column: ColumnValues): boolean {
  return column.kind === 'categorical' && column.codes.some((code) => code !== -1);
}

function countFinite(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) count++;
  return count;
}

function sketch(values: Float64Array, finite: number, points: number): readonly number[] {
  const all = () => values.filter(Number.isFinite).sort();
  if (finite <= points) return [...all()];
  const ranks = Uint32Array.from({ length: points }, (_, i) => Math.max(0, Math.ceil((i / (points - 1)) * finite) - 1));
  if (finite > MANY) return [...valuesAtRanks(values, ranks)];
  const sorted = all();
  return Array.from(ranks, (rank) => sorted[rank] ?? Number.NaN);
}

function categoricalProfile(name: string, column: ColumnValues, { categories }: ProfileResolution): CategoricalProfile {
  const { counts, missing } = column.kind === 'categorical' ? countCodes(column) : countNumbers(column.values);
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const other = sorted.slice(categories).reduce((sum, [, count]) => sum + count, 0);
  return { name, kind: 'categorical', rows: rowCount(column), missing, counts: sorted.slice(0, categories), other };
}

interface Counted {
  /** Only categories with rows. */
  readonly counts: ReadonlyMap<string, number>;
  readonly missing: number;
}

function countCodes({ codes, categories }: ColumnValues & { kind: 'categorical' }): Counted {
  const byCode = new Float64Array(categories.length);
  let missing = 0;
  for (const code of codes) {
    if (code === -1) missing++;
    else byCode[code] = (byCode[code] ?? 0) + 1;
  }
  const counts = categories.flatMap((category, code): [string, number][] =>
    byCode[code] === 0 ? [] : [[category, byCode[code] ?? 0]],
  );
  return { counts: new Map(counts), missing };
}

function countNumbers(values: Float64Array): Counted {
  const counts = new Map<number, number>();
  let missing = 0;
  for (const value of values) {
    if (Number.isNaN(value)) missing++;
    else counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return { counts: new Map([...counts].map(([value, count]) => [String(value), count])), missing };
}
