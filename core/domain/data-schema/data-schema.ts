/** Effect of a violation: it fails a check, or is only shown. */
export type Severity = 'fail' | 'warn';

/** Type of a column as a schema declares it. `other`: nested values, of which only the presence is checked. */
export type DeclaredType = 'integer' | 'real' | 'boolean' | 'text' | 'time' | 'other';

/** A value of a column as a person writes it. */
export type SchemaValue = string | number | boolean;

/** Demands on one column. */
export interface ColumnSchema {
  readonly type: DeclaredType;
  /** False: the column may be absent. */
  readonly required: boolean;
  /** Highest share of rows without a value, in [0, 1]. */
  readonly maxMissing: number;
  /** Lowest value: a number; of a time, an ISO 8601 text. */
  readonly min?: number | string | undefined;
  readonly max?: number | string | undefined;
  /** All values that are allowed. */
  readonly values?: readonly SchemaValue[] | undefined;
  /** True: no value is there twice. */
  readonly unique: boolean;
  /** Regular expression of RE2 for the whole text. */
  readonly pattern?: string | undefined;
  /** Number of characters. */
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  /** Share of the rows with a value that must hold each check, in [0, 1]. */
  readonly mostly: number;
  readonly severity: Severity;
  /** True: no value of it is ever shown. */
  readonly sensitive: boolean;
}

/** Demands on rows and columns together, and on a dataset and the training data. */
export interface AcrossSchema {
  /** Of all of these. */
  readonly severity: Severity;
  /** Highest share of rows, or of keys, that the training data have too, in [0, 1]. */
  readonly maxOverlap: number;
  /** Highest share of rows whose features another row with another label has, in [0, 1]. */
  readonly maxLabelConflicts: number;
  /** Highest area under the ROC curve, or R², that one feature alone may have, in [0, 1]. */
  readonly maxSingleFeature: number;
}

/** Chosen: shown, not failed, until a person decides; a feature that alone ranks 98 % of the pairs is seldom honest. */
export const ACROSS_DEFAULTS: AcrossSchema = {
  severity: 'warn',
  maxOverlap: 0,
  maxLabelConflicts: 0,
  maxSingleFeature: 0.98,
};

/** Demands on a table and its columns: `data/schema.yaml`. */
export interface DataSchema {
  readonly rows: { readonly min?: number | undefined; readonly max?: number | undefined; readonly severity: Severity };
  /** Handling of columns that the schema does not name. */
  readonly extraColumns: Severity | 'allow';
  /** Columns whose values together are there once; empty: no key. */
  readonly key: readonly string[];
  readonly time?:
    | { readonly column: string; readonly maxAge?: number | undefined; readonly severity: Severity }
    | undefined;
  readonly across: AcrossSchema;
  /** By name, in the order of the file. */
  readonly columns: Readonly<Record<string, ColumnSchema>>;
}

/** Demands that a schema does not write down. */
export const COLUMN_DEFAULTS = {
  required: true,
  maxMissing: 0,
  unique: false,
  mostly: 1,
  severity: 'fail',
  sensitive: false,
} as const satisfies Partial<ColumnSchema>;

/** Milliseconds since 1970 of an ISO 8601 text, in UTC where it names no zone; NaN where it is none. */
export function schemaTimeMs(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return Number.NaN;
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  const isDay = text.length === 10;
  return Date.parse(isDay || hasZone ? text : `${text.replace(' ', 'T')}Z`);
}
