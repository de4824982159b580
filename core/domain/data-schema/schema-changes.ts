import {
  type AcrossSchema,
  type ColumnSchema,
  type DataSchema,
  type SchemaValue,
  schemaTimeMs,
} from './data-schema.ts';
import { listWords, percentOf } from './schema-checks.ts';

/** A difference between two schemas. */
export interface SchemaChange {
  /** A clause for people: `age: at most 120 became at most 999`. */
  readonly text: string;
  /** True: data that the schema refused before may satisfy it now. */
  readonly loosens: boolean;
}

/** Differences between two schemas in words, in the order of the new one; columns that are gone are last. */
export function schemaChanges(before: DataSchema, after: DataSchema): readonly SchemaChange[] {
  return [...tableChanges(before, after), ...columnsChanges(before, after)];
}

function columnsChanges(before: DataSchema, after: DataSchema): readonly SchemaChange[] {
  const present = Object.entries(after.columns).flatMap(([name, column]): readonly SchemaChange[] => {
    const earlier = Object.hasOwn(before.columns, name) ? before.columns[name] : undefined;
    if (earlier === undefined)
      return [{ text: `${name}: added, of type ${column.type}`, loosens: before.extraColumns === 'fail' }];
    return columnChanges(earlier, column).map(({ text, loosens }) => ({ text: `${name}: ${text}`, loosens }));
  });
  const gone = Object.keys(before.columns).filter((name) => !Object.hasOwn(after.columns, name));
  return [...present, ...gone.map((name) => ({ text: `${name}: no longer checked`, loosens: true }))];
}

function tableChanges(before: DataSchema, after: DataSchema): readonly SchemaChange[] {
  const keyWords = (key: readonly string[]) => (key.length === 0 ? 'no key' : `the key (${key.join(', ')})`);
  const ageOf = ({ time }: DataSchema) => time?.maxAge ?? Number.POSITIVE_INFINITY;
  const ageWords = (ms: number) =>
    ms === Number.POSITIVE_INFINITY ? 'any age' : `at most ${ms / 3_600_000} hours old`;
  const rank = { allow: 0, warn: 1, fail: 2 } as const;
  return [
    ...boundChange('rows', 'least', before.rows.min, after.rows.min),
    ...boundChange('rows', 'most', before.rows.max, after.rows.max),
    ...differing('rows: severity', before.rows.severity, after.rows.severity, before.rows.severity === 'fail'),
    ...differing(
      'extra columns',
      before.extraColumns,
      after.extraColumns,
      rank[after.extraColumns] < rank[before.extraColumns],
    ),
    ...differing('key', keyWords(before.key), keyWords(after.key), !isSame(before.key, after.key)),
    ...acrossChanges(before.across, after.across),
    ...differing('time column', before.time?.column ?? 'none', after.time?.column ?? 'none', true),
    ...differing('freshness', ageWords(ageOf(before)), ageWords(ageOf(after)), ageOf(after) > ageOf(before)),
    ...differing(
      'freshness: severity',
      before.time?.severity ?? 'fail',
      after.time?.severity ?? 'fail',
      before.time?.severity === 'fail',
    ),
  ];
}

function acrossChanges(before: AcrossSchema, after: AcrossSchema): readonly SchemaChange[] {
  const shares = (what: string, from: number, to: number) => differing(what, percentOf(from), percentOf(to), to > from);
  return [
    ...differing('across: severity', before.severity, after.severity, before.severity === 'fail'),
    ...shares('overlap with the training data: at most', before.maxOverlap, after.maxOverlap),
    ...shares('rows with conflicting labels: at most', before.maxLabelConflicts, after.maxLabelConflicts),
    ...shares('one feature alone: at most', before.maxSingleFeature, after.maxSingleFeature),
  ];
}

function columnChanges(before: ColumnSchema, after: ColumnSchema): readonly SchemaChange[] {
  const isHidden = before.sensitive || after.sensitive;
  const shares = (what: string, from: number, to: number, loosens: boolean) =>
    differing(what, percentOf(from), percentOf(to), loosens);
  return [
    ...differing('type', before.type, after.type, true),
    ...differing('required', before.required, after.required, before.required),
    ...shares('missing in at most', before.maxMissing, after.maxMissing, after.maxMissing > before.maxMissing),
    ...boundChange('', 'least', before.min, after.min),
    ...boundChange('', 'most', before.max, after.max),
    ...valueChanges(before.values, after.values, isHidden),
    ...differing('unique', before.unique, after.unique, before.unique),
    ...differing('pattern', before.pattern ?? 'none', after.pattern ?? 'none', before.pattern !== undefined),
    ...boundChange('characters', 'least', before.minLength, after.minLength),
    ...boundChange('characters', 'most', before.maxLength, after.maxLength),
    ...shares('mostly', before.mostly, after.mostly, after.mostly < before.mostly),
    ...differing('severity', before.severity, after.severity, before.severity === 'fail'),
    ...differing('sensitive', before.sensitive, after.sensitive, before.sensitive),
  ];
}

function differing(what: string, from: unknown, to: unknown, loosens: boolean): readonly SchemaChange[] {
  return from === to ? [] : [{ text: `${what} ${from} became ${to}`, loosens }];
}

type Bound = number | string | undefined;

function boundChange(what: string, end: 'least' | 'most', from: Bound, to: Bound): readonly SchemaChange[] {
  if (from === to) return [];
  const words = (bound: Bound) => (bound === undefined ? 'any' : `at ${end} ${bound}`);
  const isLooser = end === 'least' ? orderOf(to, -1) < orderOf(from, -1) : orderOf(to, 1) > orderOf(from, 1);
  return [{ text: `${what === '' ? '' : `${what}: `}${words(from)} became ${words(to)}`, loosens: isLooser }];
}

/** A bound on one scale; none is infinitely far. */
function orderOf(bound: Bound, sign: -1 | 1): number {
  if (bound === undefined) return sign * Number.POSITIVE_INFINITY;
  return typeof bound === 'string' ? schemaTimeMs(bound) : bound;
}

type Values = readonly SchemaValue[] | undefined;

function valueChanges(from: Values, to: Values, isHidden: boolean): readonly SchemaChange[] {
  const said = (what: string, values: readonly SchemaValue[]) =>
    `${what} ${isHidden ? `${values.length} values, which are not shown` : listWords(values)}`;
  if (from === undefined && to === undefined) return [];
  if (from === undefined) return [{ text: said('any value became one of', to ?? []), loosens: false }];
  if (to === undefined) return [{ text: said('any value is allowed, no longer only', from), loosens: true }];
  const added = to.filter((value) => !from.includes(value));
  const removed = from.filter((value) => !to.includes(value));
  return [
    ...(added.length === 0 ? [] : [{ text: said('also allows', added), loosens: true }]),
    ...(removed.length === 0 ? [] : [{ text: said('no longer allows', removed), loosens: false }]),
  ];
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at]);
}
