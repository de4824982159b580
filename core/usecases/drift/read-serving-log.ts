import type { JsonObject } from '../../domain/data/json-object.ts';
import { bentoMlEvent } from '../../domain/serving-log/bentoml-event.ts';
import { cloudEvent } from '../../domain/serving-log/cloud-event.ts';
import { isCutJson } from '../../domain/serving-log/cut-json.ts';
import { type LogCounts, LogJoin } from '../../domain/serving-log/join-log.ts';
import {
  type LogEvent,
  type LoggedRow,
  type LogLine,
  type LogNames,
  LogRecordError,
  type ServingLogFormat,
} from '../../domain/serving-log/log-format.ts';
import { recordsOf } from '../../domain/serving-log/record-parts.ts';
import { sageMakerEvent } from '../../domain/serving-log/sagemaker-event.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { UserError } from '../../errors.ts';

/** Names by which a log becomes a table. */
export interface ServingLogRequest extends LogNames {
  readonly format: ServingLogFormat;
  /** Columns that get the time and the id of a request where its rows do not have them; undefined: none. */
  readonly time: string | undefined;
  readonly key: string | undefined;
}

/** A log as a table. */
export interface ServingLog {
  readonly rows: Iterable<LoggedRow>;
  readonly counts: LogCounts;
}

const EVENTS: Readonly<Record<ServingLogFormat, (record: JsonObject, names: LogNames) => LogEvent | undefined>> = {
  kserve: cloudEvent,
  seldon: cloudEvent,
  sagemaker: sageMakerEvent,
  bentoml: bentoMlEvent,
};

/** Chosen: rows that are held to join them, in some 2 GB. */
const MOST_ROWS = 5_000_000;

/**
 * Reads the log of a server: requests and responses are joined by their id, and a record that was written twice counts once.
 *
 * @throws {UserError} DATA_INVALID for a record that is not of the format, with its file and line; a last line without a line end
 *   that is the beginning of JSON was cut, and is counted. DATA_UNSUPPORTED for more than 5,000,000 rows.
 */
export async function readServingLog(lines: AsyncIterable<LogLine>, request: ServingLogRequest): Promise<ServingLog> {
  const join = new LogJoin(request.format, request);
  let [cut, rows] = [0, 0];
  for await (const line of lines) {
    const value = jsonOf(line);
    if (value === CUT) {
      cut++;
      continue;
    }
    withPlace(line, () => {
      for (const record of recordsOf(value)) {
        const event = EVENTS[request.format](record, request);
        rows += event?.rows?.length ?? 0;
        join.add(event);
      }
    });
    if (rows > MOST_ROWS) throw tooLong();
  }
  const joined = withPlace(undefined, () => [...join.rows()]);
  const table = joined.map(({ id, timeMs, row }): LoggedRow => {
    const { time, key } = request;
    const added: Record<string, string> = {};
    if (key !== undefined && typeof row[key] === 'number' && !Number.isSafeInteger(row[key])) throw inexactKey(key);
    if (time !== undefined && timeMs !== null && !Object.hasOwn(row, time))
      added[time] = new Date(timeMs).toISOString();
    if (key !== undefined && !Object.hasOwn(row, key)) added[key] = id;
    return { ...row, ...added };
  });
  return { rows: table, counts: join.counts(cut) };
}

const CUT = Symbol('cut');

function jsonOf({ text, isOpen, file, line }: LogLine): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (isOpen && isCutJson(text)) return CUT;
    throw invalid(`${file}:${line}: a line of the log is not JSON`);
  }
}

function withPlace<T>(line: LogLine | undefined, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof LogRecordError)) throw error;
    throw invalid(
      line === undefined
        ? error.message
        : `${line.file}:${line.line}: a record of the log is not read: ${error.message}`,
    );
  }
}

function invalid(message: string): UserError {
  return new UserError('DATA_INVALID', message, {
    fix: 'Check drift.format, and that drift.current names only files of this log.',
  });
}

function inexactKey(key: string): UserError {
  return new UserError(
    'DATA_INVALID',
    `${key} of the log holds whole numbers beyond 2^53, or others: they do not tell rows apart`,
    {
      fix: `Log ${key} as text.`,
    },
  );
}

function tooLong(): UserError {
  return new UserError(
    'DATA_UNSUPPORTED',
    `the log has more than ${formatCount(MOST_ROWS)} rows, which are joined in memory`,
    {
      fix: 'Name fewer files in drift.current, such as those of the last week.',
    },
  );
}
