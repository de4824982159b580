import {
  type LogEvent,
  type LoggedRow,
  type LoggedValue,
  type LogNames,
  LogRecordError,
  type ServingLogFormat,
} from './log-format.ts';

/** Facts about a log: what was joined, and what was left. */
export interface LogCounts {
  readonly requests: number;
  readonly rows: number;
  /** Requests without a response: KServe logs none of a call that failed. */
  readonly unanswered: number;
  /** Responses without a request. */
  readonly orphans: number;
  /** Records that were there before, word for word. */
  readonly repeated: number;
  /** Other events, such as feedback. */
  readonly ignored: number;
  /** Last lines of files that end in the middle of a record. */
  readonly cut: number;
}

/** A row with the id and the time of its request. */
export interface JoinedRow {
  /** `<id>#<row>` in a batch. */
  readonly id: string;
  readonly timeMs: number | null;
  readonly row: LoggedRow;
}

/**
 * Joins requests and responses by their id, in any order. BentoML's rows have both, and several rows of one request the same
 * id.
 */
export class LogJoin {
  readonly #requests = new Map<string, { readonly timeMs: number | null; readonly rows: readonly LoggedRow[] }>();
  readonly #responses = new Map<string, readonly LoggedValue[]>();
  readonly #rows: JoinedRow[] = [];
  readonly #format: ServingLogFormat;
  readonly #prediction: string | undefined;
  #repeated = 0;
  #ignored = 0;

  constructor(format: ServingLogFormat, { prediction }: LogNames) {
    this.#format = format;
    this.#prediction = prediction;
  }

  /**
   * Adds an event.
   *
   * @param event undefined: of another kind.
   * @throws {LogRecordError} Where a request or a response with this id was other.
   */
  add(event: LogEvent | undefined): void {
    if (event === undefined) {
      this.#ignored++;
      return;
    }
    const { id, timeMs, rows, scores } = event;
    if (this.#format === 'bentoml') {
      for (const row of rows ?? []) this.#rows.push({ id, timeMs, row });
      return;
    }
    const isRequestNew = rows !== undefined && isNew(this.#requests.get(id)?.rows, rows, id);
    const isResponseNew = scores !== undefined && isNew(this.#responses.get(id), scores, id);
    if (isRequestNew) this.#requests.set(id, { timeMs, rows });
    if (isResponseNew) this.#responses.set(id, scores);
    if (!isRequestNew && !isResponseNew) this.#repeated++;
  }

  /**
   * The rows with their scores.
   *
   * @throws {LogRecordError} Where a response has another number of scores than its request has rows.
   */
  *rows(): Iterable<JoinedRow> {
    yield* numbered(this.#rows);
    for (const [id, { timeMs, rows }] of this.#requests) {
      const scores = this.#prediction === undefined ? undefined : this.#responses.get(id);
      if (scores !== undefined && scores.length !== rows.length) {
        throw new LogRecordError(
          `the request ${JSON.stringify(id.slice(0, 80))} has ${rows.length} rows, and its response ${scores.length} scores`,
        );
      }
      for (const [at, row] of rows.entries()) {
        const scored = this.#scored(row, scores?.[at]);
        yield { id: rows.length === 1 ? id : `${id}#${at}`, timeMs, row: scored };
      }
    }
  }

  /** A row with its score; where the log has no responses at all, a value that was sent under this name is kept. */
  #scored(row: LoggedRow, score: LoggedValue | undefined): LoggedRow {
    const name = this.#prediction;
    if (name === undefined) return row;
    if (score !== undefined || this.#responses.size > 0) return { ...row, [name]: score ?? null };
    return { [name]: null, ...row };
  }

  counts(cut: number): LogCounts {
    const requests = [...this.#requests];
    const isLogged = this.#responses.size > 0;
    return {
      requests: requests.length + new Set(this.#rows.map(({ id }) => id)).size,
      rows: requests.reduce((sum, [, { rows }]) => sum + rows.length, this.#rows.length),
      unanswered: isLogged ? requests.filter(([id]) => !this.#responses.has(id)).length : 0,
      orphans: [...this.#responses.keys()].filter((id) => !this.#requests.has(id)).length,
      repeated: this.#repeated,
      ignored: this.#ignored,
      cut,
    };
  }
}

/** @throws {LogRecordError} Where a record with this id was other. */
function isNew(before: readonly unknown[] | undefined, now: readonly unknown[], id: string): boolean {
  if (before === undefined) return true;
  if (JSON.stringify(before) === JSON.stringify(now)) return false;
  const named = JSON.stringify(id.slice(0, 80));
  throw new LogRecordError(`another record has the id ${named}: requests that share one cannot be told apart`);
}

/** Rows that share the id of their request get their place in it, in the order of the log. */
function* numbered(rows: readonly JoinedRow[]): Iterable<JoinedRow> {
  const sizes = new Map<string, number>();
  for (const { id } of rows) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  const places = new Map<string, number>();
  for (const row of rows) {
    const at = places.get(row.id) ?? 0;
    places.set(row.id, at + 1);
    yield sizes.get(row.id) === 1 ? row : { ...row, id: `${row.id}#${at}` };
  }
}
