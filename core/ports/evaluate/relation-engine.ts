import type { SqlDialect } from '../../domain/aggregates/sql-dialect.ts';
import type { TableDescription } from '../../domain/table/table.ts';

/** A column of a relation. */
export interface RelatedColumn {
  /** Its name in the relation: letters and digits. */
  readonly as: string;
  readonly table: TableDescription;
  readonly column: string;
}

/** Type of an answer's column. */
export type AnswerKind = 'number' | 'text';

/** A question to an engine. */
export interface Question {
  /** A SELECT whose columns are named `c0`, `c1`, … */
  readonly sql: string;
  /** Types of the answer's columns. */
  readonly kinds: readonly AnswerKind[];
}

/** The columns of an answer; missing values are null. */
export type AnswerColumns = readonly (readonly (number | string | null)[])[];

/** Columns of tables side by side, row by row, which statements can be asked about. */
export interface Relation {
  /**
   * SQL after FROM. Numbers, booleans (0 and 1) and times (milliseconds since 1970-01-01 UTC) are doubles, text is
   * text, missing is NULL; `row_no` is a whole number of at least 0 of the row, the same in every run.
   */
  readonly from: string;
  /**
   * The columns of a statement's answer, also where it has no rows; numbers as doubles, missing as null.
   *
   * @throws {UserError} DATA_INVALID for a file that breaks off, DATA_MODIFIED for one that changed.
   */
  readonly query: (question: Question) => Promise<AnswerColumns>;
  /** Frees what the relation is made of. Idempotent. */
  readonly close: () => Promise<void>;
}

/** A table of numbers that grows row by row. */
export interface StoredTable {
  /** @param values Row by row. They are copied. */
  readonly add: (values: Float64Array) => Promise<void>;
  /** The table, when all rows were added. */
  readonly finish: () => Promise<TableDescription>;
}

/** Computes with tables where they are: what comes back does not grow with them. */
export interface RelationMaker {
  readonly dialect: SqlDialect;
  /**
   * @param columns At least one; their tables have equally many rows.
   * @throws {UserError} DATA_INVALID for an unknown column, or one of nested values.
   */
  relate(columns: readonly RelatedColumn[]): Promise<Relation>;
}

/** The same, with tables of its own. */
export interface RelationEngine extends RelationMaker {
  /** @param columns At least one name. */
  store(columns: readonly string[]): Promise<StoredTable>;
}
