import { z } from 'zod';
import { ACROSS_DEFAULTS, COLUMN_DEFAULTS, schemaTimeMs } from '../domain/data-schema/data-schema.ts';
import { camelCaseKeys } from './camel-case-keys.ts';
import { durationMs, parsePercentRatio } from './quantities.ts';

/** Chosen: beyond what a person reviews; each bound keeps a statement small that comes of a hostile file. */
const MAX_COLUMNS = 5_000;
const MAX_VALUES = 1_000;
const MAX_TEXT = 1_000;
const MAX_PATTERN = 500;

const severity = z.enum(['fail', 'warn']);
const severityKey = severity
  .default('fail')
  .meta({ description: 'Effect of a violation: fail, or warn, which is only shown', examples: ['warn'] });
const name = z.string().min(1).max(MAX_TEXT);
const count = z.number().int().min(0);

const share = z
  .string()
  .regex(/^\d{1,3}(?:\.\d{1,9})? ?%$/, 'is not a percentage such as 99%')
  .transform((text) => parsePercentRatio(text) ?? Number.NaN)
  .refine((ratio) => ratio >= 0 && ratio <= 1, { error: 'is not between 0% and 100%' })
  .meta({ title: 'percentage' });

const limit = z.union([z.number(), z.string().min(1).max(40)], { error: 'is neither a number nor a time' });
const value = z.union([z.string().max(MAX_TEXT), z.number(), z.boolean()], {
  error: 'is not a text, number or boolean',
});

const column = z
  .strictObject({
    type: z.enum(['integer', 'real', 'boolean', 'text', 'time', 'other']).meta({
      description: 'Type of the values; other: nested values, which are not looked at',
      examples: ['integer'],
    }),
    required: z
      .boolean()
      .default(COLUMN_DEFAULTS.required)
      .meta({ description: 'false: the column may be absent', examples: [false] }),
    'max-missing': share.default(COLUMN_DEFAULTS.maxMissing).meta({
      description: 'Highest share of rows without a value; default: 0%, so that no value may be missing',
      examples: ['5%'],
    }),
    min: limit.optional().meta({ description: 'Lowest value: a number, or a time such as 2024-01-31', examples: [0] }),
    max: limit.optional().meta({ description: 'Highest value', examples: [120] }),
    values: z
      .array(value)
      .min(1)
      .max(MAX_VALUES)
      .optional()
      .meta({ description: 'All values that are allowed', examples: [['AA', 'DL']] }),
    unique: z
      .boolean()
      .default(COLUMN_DEFAULTS.unique)
      .meta({ description: 'true: no value is there twice', examples: [true] }),
    pattern: z
      .string()
      .min(1)
      .max(MAX_PATTERN)
      .optional()
      .meta({
        description: 'Regular expression (RE2: no look-around, no back-references) that the whole text must match',
        examples: ['[A-Z]{2}[0-9]{4}'],
      }),
    'min-length': count.optional().meta({ description: 'Lowest number of characters', examples: [2] }),
    'max-length': count.optional().meta({ description: 'Highest number of characters', examples: [40] }),
    mostly: share
      .default(COLUMN_DEFAULTS.mostly)
      .meta({ description: 'Share of the values that must hold each check; default: 100%', examples: ['99%'] }),
    severity: severityKey,
    sensitive: z
      .boolean()
      .default(COLUMN_DEFAULTS.sensitive)
      .meta({
        description: 'true: no value of it is ever shown; as data.sensitive of tidegate.yaml',
        examples: [true],
      }),
  })
  .superRefine(refuseContradictions)
  .transform(camelCaseKeys);

interface WrittenColumn {
  readonly type: string;
  readonly min?: number | string | undefined;
  readonly max?: number | string | undefined;
  readonly values?: readonly (string | number | boolean)[] | undefined;
  readonly unique: boolean;
  readonly pattern?: string | undefined;
  readonly 'min-length'?: number | undefined;
  readonly 'max-length'?: number | undefined;
}

/** A check that could never hold, or never be violated, is a mistake. */
function refuseContradictions(written: WrittenColumn, context: z.RefinementCtx): void {
  const { type, min, max, values, pattern, 'min-length': minLength, 'max-length': maxLength } = written;
  const add = (key: string, message: string) =>
    context.addIssue({ code: 'custom', message, path: [key], input: written[key as keyof WrittenColumn] });
  const isNumber = type === 'integer' || type === 'real';
  for (const [key, bound] of [
    ['min', min],
    ['max', max],
  ] as const) {
    if (bound === undefined) continue;
    if (!isNumber && type !== 'time') add(key, `has no meaning for type ${type}`);
    else if (isNumber && typeof bound !== 'number') add(key, 'is not a number');
    else if (type === 'integer' && Math.abs(Number(bound)) > Number.MAX_SAFE_INTEGER) add(key, BEYOND);
    else if (type === 'time' && Number.isNaN(schemaTimeMs(String(bound)))) add(key, 'is not a time such as 2024-01-31');
  }
  if (orderOf(min) > orderOf(max)) add('min', `is above max ${max}`);
  if ((minLength ?? 0) > (maxLength ?? Number.POSITIVE_INFINITY)) add('min-length', `is above max-length ${maxLength}`);
  for (const [key, given] of Object.entries({ pattern, 'min-length': minLength, 'max-length': maxLength })) {
    if (given !== undefined && type !== 'text') add(key, `has no meaning for type ${type}: only text has it`);
  }
  if (written.unique && type === 'other')
    add('unique', 'has no meaning for type other, whose values are not looked at');
  const odd = values?.find((one) => !isValueOf(type, one));
  const isBeyond = type === 'integer' && values?.some((one) => Math.abs(Number(one)) > Number.MAX_SAFE_INTEGER);
  if (isBeyond === true) add('values', `has a number that ${BEYOND}`);
  if (odd !== undefined) add('values', `has the value ${JSON.stringify(odd)}, which is not of type ${type}`);
}

const BEYOND = 'is beyond 9007199254740991, up to which whole numbers are exact: use type text with a pattern';

/** NaN, which is above nothing, where there is no bound. */
function orderOf(bound: number | string | undefined): number {
  return typeof bound === 'string' ? schemaTimeMs(bound) : (bound ?? Number.NaN);
}

function isValueOf(type: string, given: string | number | boolean): boolean {
  if (type === 'text') return typeof given === 'string';
  if (type === 'boolean') return typeof given === 'boolean';
  if (type === 'time') return !Number.isNaN(schemaTimeMs(String(given)));
  if (type === 'other') return false;
  return typeof given === 'number' && (type === 'real' || Number.isInteger(given));
}

const rows = z
  .strictObject({
    min: count.optional().meta({ description: 'Lowest number of rows', examples: [500] }),
    max: count.optional().meta({ description: 'Highest number of rows', examples: [100000] }),
    severity: severityKey,
  })
  .refine(({ min, max }) => (min ?? 0) <= (max ?? Number.POSITIVE_INFINITY), { error: 'has min above max' });

const time = z
  .strictObject({
    column: name.meta({ description: 'The column with the time of each row', examples: ['date'] }),
    'max-age': durationMs
      .optional()
      .meta({ description: 'Highest age of the newest row when the check runs; default: any', examples: ['7d'] }),
    severity: severityKey,
  })
  .transform(camelCaseKeys);

const across = z
  .strictObject({
    severity: severity
      .default(ACROSS_DEFAULTS.severity)
      .meta({ description: 'Effect of a violation of these checks', examples: ['fail'] }),
    'max-overlap': share
      .default(ACROSS_DEFAULTS.maxOverlap)
      .meta({ description: 'Highest share of rows, or of keys, that the training data have too', examples: ['1%'] }),
    'max-label-conflicts': share.default(ACROSS_DEFAULTS.maxLabelConflicts).meta({
      description: 'Highest share of rows whose features another row has with another label',
      examples: ['2%'],
    }),
    'max-single-feature': share.default(ACROSS_DEFAULTS.maxSingleFeature).meta({
      description: 'Highest area under the ROC curve (classification) or R² (regression) of one numeric feature alone',
      examples: ['95%'],
    }),
  })
  .transform(camelCaseKeys);

/** The one schema of `data/schema.yaml`: its type, its JSON Schema and its messages come from here. */
export const dataSchemaFile = z
  .strictObject({
    version: z.literal(1).meta({ description: 'The version of this file format', examples: [1] }),
    rows: rows.default({ severity: 'fail' }).meta({ description: 'Number of rows', examples: [{ min: 500 }] }),
    'extra-columns': z
      .enum(['allow', 'warn', 'fail'])
      .default('warn')
      .meta({ description: 'Handling of columns that are not in columns', examples: ['fail'] }),
    key: z
      .array(name)
      .max(100)
      .default([])
      .meta({ description: 'Columns whose values together are there only once', examples: [['customer_id', 'date']] }),
    across: across
      .default(ACROSS_DEFAULTS)
      .meta({ description: 'Rows and columns together, and the training data', examples: [{ severity: 'fail' }] }),
    time: time
      .optional()
      .meta({ description: 'Freshness of the data', examples: [{ column: 'date', 'max-age': '7d' }] }),
    columns: z
      .record(name, column)
      .refine((columns) => Object.keys(columns).length > 0, { error: 'names no column' })
      .refine((columns) => Object.keys(columns).length <= MAX_COLUMNS, {
        error: `has more than ${MAX_COLUMNS} columns`,
      })
      .meta({ description: 'The columns by name', examples: [{ age: { type: 'integer', min: 0, max: 120 } }] }),
  })
  .superRefine(({ key, time: ofTime, columns }, context) => {
    const refuse = (path: (string | number)[], named: string) => {
      if (!Object.hasOwn(columns, named))
        context.addIssue({ code: 'custom', message: 'is not one of columns', path, input: named });
    };
    for (const [index, named] of key.entries()) {
      refuse(['key', index], named);
      if (columns[named]?.type === 'other') {
        const message = 'is of type other, whose values are not looked at';
        context.addIssue({ code: 'custom', message, path: ['key', index], input: named });
      }
    }
    if (ofTime === undefined) return;
    refuse(['time', 'column'], ofTime.column);
    const type = columns[ofTime.column]?.type;
    if (type !== undefined && type !== 'time')
      context.addIssue({
        code: 'custom',
        message: `is of type ${type}, not time`,
        path: ['time', 'column'],
        input: ofTime.column,
      });
  })
  .transform(camelCaseKeys);
