import type { TableColumn } from '../table/table.ts';
import { formatInstant } from '../time/instant.ts';
import { type ColumnFacts, TEXT_FORMS } from './column-facts.ts';
import { COLUMN_DEFAULTS, type ColumnSchema, type SchemaValue } from './data-schema.ts';
import { percentOf } from './schema-checks.ts';

/** Chosen: a list of more categories is not reviewed, and a category needs rows to be one. */
export const MOST_CATEGORIES = 20;
const ROWS_PER_CATEGORY = 10;
const MOST_WHOLE_CATEGORIES = 10;
const LONGEST_CATEGORY = 100;
/** Chosen: the next dataset has values a little beyond those of this one. */
const ROOM = 0.1;
/** Chosen: twice the missing values, and one percentage point for columns that have almost none. */
const MISSING_FACTOR = 2;
const MISSING_ROOM = 0.01;
/** Chosen: fewer values are distinct by chance. */
const ROWS_FOR_UNIQUE = 100;
const LONGEST_SHAPE = 40;

/** Facts of a column, with values where there are few. */
export interface InferredFrom {
  readonly column: TableColumn;
  readonly facts: ColumnFacts;
  readonly rows: number;
  readonly isSensitive: boolean;
  /** All values, sorted; undefined where there are too many, or where they may not be shown. */
  readonly values: readonly SchemaValue[] | undefined;
  /** The only shape of its texts, such as `AA9999`; undefined where there are several, or where it may not be shown. */
  readonly shape: string | undefined;
}

/** A column of an inferred schema, with what was seen: a comment for people. */
export interface InferredColumn {
  readonly schema: ColumnSchema;
  readonly comment: string;
}

/** True if a column's values are few enough to be listed. */
export function hasFewValues({ type }: TableColumn, { present, distinct, maxLength }: ColumnFacts): boolean {
  if ((maxLength ?? 0) > LONGEST_CATEGORY || distinct === 0 || present < distinct * ROWS_PER_CATEGORY) return false;
  return type === 'text' ? distinct <= MOST_CATEGORIES : type === 'integer' && distinct <= MOST_WHOLE_CATEGORIES;
}

/** Demands on a column that the data it is inferred from satisfy, with room for later data. */
export function inferColumn(from: InferredFrom): InferredColumn {
  const { column, facts, rows, isSensitive, values } = from;
  const missing = rows === 0 ? 1 : (rows - facts.present) / rows;
  const isUnique = isUniqueColumn(column, facts, rows);
  const schema: ColumnSchema = {
    ...COLUMN_DEFAULTS,
    type: column.type,
    maxMissing: roomForMissing(missing),
    unique: isUnique,
    sensitive: isSensitive,
    ...(values === undefined ? { ...rangeOf(from, isUnique), ...textOf(from) } : { values }),
  };
  return { schema, comment: commentOf(from, missing) };
}

function isUniqueColumn({ type }: TableColumn, { present, distinct }: ColumnFacts, rows: number): boolean {
  return (type === 'integer' || type === 'text') && distinct === present && present === rows && rows >= ROWS_FOR_UNIQUE;
}

/** A whole percentage with room above a share; 0 where nothing is missing. */
function roomForMissing(missing: number): number {
  if (missing === 0) return 0;
  return Math.min(1, Math.ceil((missing * MISSING_FACTOR + MISSING_ROOM) * 100 - 1e-9) / 100);
}

/** The range of numbers, wider by a tenth of it at each end; neither end crosses 0, and shares stay in [0, 1]. */
function rangeOf(
  { column: { type }, facts: { min, max }, isSensitive }: InferredFrom,
  isUnique: boolean,
): Pick<ColumnSchema, 'min' | 'max'> {
  // Numbers that identify rows grow.
  if (isUnique || isSensitive || (type !== 'integer' && type !== 'real') || min === null || max === null) return {};
  if (!Number.isFinite(min) || !Number.isFinite(max)) return {};
  if (type === 'real' && min >= 0 && max <= 1) return { min: 0, max: 1 };
  const room = max === min ? Math.abs(max) * ROOM || 1 : (max - min) * ROOM;
  const unit = type === 'integer' ? 1 : 10 ** Math.floor(Math.log10(room) - 1);
  const [low, high] = [rounded((min - room) / unit, Math.floor, unit), rounded((max + room) / unit, Math.ceil, unit)];
  const range = { min: min >= 0 ? Math.max(0, low) : low, max: max <= 0 ? Math.min(0, high) : high };
  // At the ends of doubles the sums above overflow or vanish.
  const isRange = range.min <= min && max <= range.max && Number.isFinite(range.max - range.min);
  const isExact = type === 'real' || Math.max(Math.abs(range.min), Math.abs(range.max)) <= Number.MAX_SAFE_INTEGER;
  return isRange && isExact ? range : {};
}

function rounded(units: number, round: (value: number) => number, unit: number): number {
  // Without the digits that binary fractions add.
  return Number((round(units) * unit).toPrecision(12)) + 0;
}

function textOf(from: InferredFrom): Pick<ColumnSchema, 'pattern' | 'minLength' | 'maxLength'> {
  const { column, facts, shape, isSensitive } = from;
  if (column.type !== 'text' || facts.present === 0) return {};
  const form = TEXT_FORMS[facts.forms.indexOf(facts.present)];
  if (form !== undefined) return { pattern: form.pattern };
  if (shape !== undefined && shape.length <= LONGEST_SHAPE && !isSensitive) return { pattern: patternOfShape(shape) };
  const { minLength, maxLength } = facts;
  if (minLength === null || maxLength === null) return {};
  return { minLength: minLength > 0 ? 1 : 0, maxLength: Math.ceil(maxLength * 2) };
}

/**
 * Regular expression of texts of one shape.
 *
 * @example patternOfShape('AA9999') // => '[A-Z]{2}[0-9]{4}'
 */
export function patternOfShape(shape: string): string {
  const classes: Readonly<Record<string, string>> = { 9: '[0-9]', A: '[A-Z]', a: '[a-z]' };
  return (shape.match(/(.)\1*/gsu) ?? [])
    .map((run) => {
      const [first = ''] = run;
      const one = classes[first] ?? first.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
      const length = [...run].length;
      return length === 1 ? one : `${one}{${length}}`;
    })
    .join('');
}

/** Without values of sensitive columns. */
function commentOf({ column, facts, isSensitive }: InferredFrom, missing: number): string {
  const { min, max, distinct, minLength, maxLength } = facts;
  const share = missing === 0 ? [] : [`${percentOf(missing)} missing`];
  if (facts.present === 0) return 'seen: no value';
  const ends = (a: unknown, b: unknown) => (isSensitive || a === null || b === null ? [] : [`${a} to ${b}`]);
  const seen = {
    integer: ends(min, max),
    real: ends(min, max),
    time:
      min === null || max === null || !Number.isFinite(min + max) ? [] : ends(formatInstant(min), formatInstant(max)),
    text: [`${distinct} distinct`, `${minLength} to ${maxLength} characters`],
    boolean: [],
    other: [],
  }[column.type];
  return [...seen, ...share].length === 0 ? '' : `seen: ${[...seen, ...share].join(', ')}`;
}
