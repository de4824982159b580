/** Type of a table's column. */
export type TableColumnType = 'integer' | 'real' | 'boolean' | 'text' | 'time' | 'other';

/** A column of a table. */
export interface TableColumn {
  readonly name: string;
  readonly type: TableColumnType;
  /** Of type `other`: why it cannot be read, a clause after its name. */
  readonly unreadable?: string;
  /** Its values are in a file as text, which is read by the name that `asWritten` gives. */
  readonly isWritten?: boolean;
  /** Of a column of text in such a file: its first value that is not a number, and the row from 1. */
  readonly firstText?: { readonly text: string; readonly row: number } | undefined;
  /** Numbers that training code may have seen as several texts: "numbers of float32". */
  readonly noText?: string | undefined;
  /** Some whole number of it is beyond 2^53 in size: as a double it may be another one. */
  readonly isInexact?: boolean;
}

/** CSV options that differ from the default. */
export interface CsvOptions {
  /** One character; undefined: the one of `, ; tab |` that fits. */
  readonly delimiter?: string | undefined;
  /** Spellings of a missing value in every column; undefined: what pandas takes for one. */
  readonly missing?: readonly string[] | undefined;
}

/** Options for reading a table. */
export interface TableForm {
  readonly format: 'csv' | 'parquet' | 'jsonl';
  readonly rows: number;
  readonly delimiter?: string;
  readonly encoding?: 'utf-8' | 'utf-16';
  /** True if the first line has the names of the columns. */
  readonly header?: boolean;
  /** Spellings of a missing value: in columns of text, and in others. Nothing at all does in both. */
  readonly missing?: { readonly inText: readonly string[]; readonly elsewhere: readonly string[] };
}

/** A table: one or several files of the same columns. */
export interface TableDescription {
  /** Absolute paths, sorted; at least one. */
  readonly files: readonly string[];
  readonly columns: readonly TableColumn[];
  readonly form?: TableForm;
}

/** Values of a column in a batch, by what it holds. */
export type BatchColumn =
  | {
      /** Numbers, booleans as 0 and 1, times as milliseconds since 1970-01-01 UTC. Missing is NaN. */
      readonly kind: 'numeric';
      readonly values: Float64Array;
    }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] };

/** Consecutive rows of a table. Its arrays are used again: read them before the next batch but one is asked for. */
export interface TableBatch {
  readonly rows: number;
  /** In the order that was asked for. */
  readonly columns: readonly BatchColumn[];
}

/** The features of consecutive rows. */
export interface FeatureBatch {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, BatchColumn>;
}
