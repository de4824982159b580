/** Values of `drift.format`: a table, and the logs of servers. */
export const LOG_FORMATS = ['table', 'kserve', 'seldon', 'sagemaker', 'bentoml'] as const;

/** The log of a server. */
export type ServingLogFormat = Exclude<(typeof LOG_FORMATS)[number], 'table'>;

/** A value of a column; null where it is missing. */
export type LoggedValue = string | number | boolean | null;

/** Values of a row by the name of their column. */
export type LoggedRow = Readonly<Record<string, LoggedValue>>;

/** Names that a payload without them gets. */
export interface LogNames {
  /** Columns of rows that are lists of values, in their order. */
  readonly features: readonly string[] | undefined;
  /** Column of the score; undefined: it is not kept. */
  readonly prediction: string | undefined;
}

/** A line of a log. */
export interface LogLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** True for what is after the last line end of a file: it may have been cut. */
  readonly isOpen: boolean;
}

/** One half of a request to a server, or both. */
export interface LogEvent {
  /** Shared by request and response. */
  readonly id: string;
  readonly timeMs: number | null;
  /** Rows that were sent; undefined where the event has no request. */
  readonly rows?: readonly LoggedRow[] | undefined;
  /** Scores in the order of the rows; undefined where the event has no response. */
  readonly scores?: readonly LoggedValue[] | undefined;
}

/** A record that is not of its format: a clause about it. */
export class LogRecordError extends Error {}

/**
 * A single value of JSON.
 *
 * @throws {LogRecordError} For a list or a mapping, which no column holds, and a number beyond the largest double, which a table
 *   would have as missing.
 */
export function loggedValue(value: unknown, name: string): LoggedValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new LogRecordError(`${name} holds a number beyond 1.8e308, the largest one`);
  }
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  throw new LogRecordError(`${name} holds a list or a mapping, which no column of a table has`);
}
