/** What a column of a table holds. */
export type TableColumnType = 'integer' | 'real' | 'boolean' | 'text' | 'time' | 'other';

/** A column of a table. */
export interface TableColumn {
  readonly name: string;
  readonly type: TableColumnType;
  /** Its values stand in a file as text, which is read by the name that `asWritten` gives. */
  readonly isWritten?: boolean;
  /** Of a column of text in such a file: its first value that is no number, and the row from 1. */
  readonly firstText?: { readonly text: string; readonly row: number } | undefined;
  /** Numbers that training code may have seen as several texts: "numbers of float32". */
  readonly noText?: string | undefined;
  /** Some whole number of it is beyond 2^53 in size: as a double it may be another one. */
  readonly isInexact?: boolean;
}

/** How CSV is written, where it is not as usual. */
export interface CsvOptions {
  /** One character; undefined: the one of `, ; tab |` that fits. */
  readonly delimiter?: string | undefined;
  /** What stands for a missing value in every column; undefined: what pandas takes for one. */
  readonly missing?: readonly string[] | undefined;
}

/** How a table is read. */
export interface TableForm {
  readonly format: 'csv' | 'parquet' | 'jsonl';
  readonly rows: number;
  readonly delimiter?: string;
  readonly encoding?: 'utf-8' | 'utf-16';
  /** Whether the first line has the names of the columns. */
  readonly header?: boolean;
  /** What stands for a missing value: in columns of text, and in others. Nothing at all does in both. */
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

/** How to read. */
export interface ReadOptions {
  /** Columns, each of the table. None: only the number of rows counts. */
  readonly columns: readonly string[];
  /** Rows of a batch; the last one is shorter. */
  readonly batchRows: number;
}

/** Columns of a table. */
export interface TablePart {
  readonly table: TableDescription;
  readonly columns: readonly string[];
}

/** Reads tables: CSV, Parquet, JSON lines, one file or a glob. Rows keep the order of the files. */
export interface TableReader {
  /**
   * Columns of a table, by all of its rows: nothing of it is guessed from the first ones.
   *
   * @param path Absolute path or glob.
   * @throws {UserError} DATA_NOT_FOUND where no file matches, DATA_UNSUPPORTED for another format, DATA_INVALID for a
   *   file that is not what its name says.
   */
  describe(path: string, options?: CsvOptions): Promise<TableDescription>;
  /**
   * Batches of a described table. Memory does not grow with the table. Several may be read at a time.
   *
   * @throws {UserError} DATA_INVALID for an unknown column (naming the known ones) or a file that breaks off,
   *   DATA_MODIFIED for a file that is another one than was described.
   */
  read(table: TableDescription, options: ReadOptions): AsyncIterable<TableBatch>;
  /**
   * Batches of tables with equally many rows, side by side: the columns of the first one, then those of the next. What a
   * batch costs, it costs once.
   *
   * @param parts At least one. Where the tables have unequal numbers of rows, batches are those of the longest, and the
   *   columns of shorter ones are missing there.
   * @throws {UserError} As `read` does.
   */
  readBeside(parts: readonly TablePart[], batchRows: number): AsyncIterable<TableBatch>;
  /**
   * How many rows a table has where it has more than a limit, else null.
   */
  rowsAbove(table: TableDescription, limit: number): Promise<number | null>;
  /**
   * How many rows of a table are in another one too, by all columns that both have; null where they share no column.
   *
   * @throws {UserError} DATA_INVALID for a file that breaks off.
   */
  sharedRows(table: TableDescription, other: TableDescription): Promise<number | null>;
}
