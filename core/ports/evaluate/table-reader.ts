import type { CsvOptions, TableBatch, TableDescription } from '../../domain/table/table.ts';

/** Options for reading. */
export interface ReadOptions {
  /** Columns, each of the table. None: only the number of rows counts. */
  readonly columns: readonly string[];
  /** Rows of a batch; the last one is shorter. */
  readonly batchRows: number;
  /** In (0, 1]: about this share of the rows, chosen by their numbers, in every run the same. Default: all. */
  readonly share?: number;
}

/** Format of a table, and the files of a folder that do not belong to it. */
export interface DescribeOptions extends CsvOptions {
  /** Absolute paths of files, or of folders with all that is in them. */
  readonly without?: readonly string[];
  /** True: no message about a file that cannot be read quotes it. */
  readonly hidesValues?: boolean;
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
  describe(path: string, options?: DescribeOptions): Promise<TableDescription>;
  /**
   * Batches of a described table. Memory does not grow with the table. Several may be read at a time.
   *
   * @throws {UserError} DATA_INVALID for an unknown column (naming the known ones) or a file that breaks off,
   *   DATA_MODIFIED for a file that is another one than was described.
   */
  read(table: TableDescription, options: ReadOptions): AsyncIterable<TableBatch>;
  /**
   * Number of rows of a table that has more than a limit, else null.
   */
  rowsAbove(table: TableDescription, limit: number): Promise<number | null>;
  /**
   * Number of rows of a table that another table has too, by all columns that both have; null where they share no column.
   *
   * @throws {UserError} DATA_INVALID for a file that breaks off.
   */
  sharedRows(table: TableDescription, other: TableDescription): Promise<number | null>;
}
