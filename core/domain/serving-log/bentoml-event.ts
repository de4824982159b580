import type { JsonObject } from '../data/json-object.ts';
import { type LogEvent, type LogNames, LogRecordError, loggedValue } from './log-format.ts';
import { scoreOf } from './payload.ts';
import { timeOf } from './record-parts.ts';

/** Columns that BentoML adds to each row. */
const ADDED = ['timestamp', 'request_id', 'trace_id'];

/**
 * A row of BentoML's monitoring (`monitoring/<name>/data/*.log`), which has features and predictions next to each other.
 *
 * @returns undefined for a line of the schema log.
 * @throws {LogRecordError} For another line.
 */
export function bentoMlEvent(record: JsonObject, names: LogNames): LogEvent | undefined {
  if (Array.isArray(record.columns) && record.timestamp === undefined) return undefined;
  const { timestamp, request_id: id } = record;
  if (typeof id !== 'string' || timestamp === undefined) throw new LogRecordError('it has no timestamp and request_id');
  // A list in one column, such as an embedding, fits no column of a table: it is left out, unless it is asked for.
  const fields = Object.entries(record).filter(
    ([name, value]) =>
      !ADDED.includes(name) &&
      name !== names.prediction &&
      (!Array.isArray(value) || names.features?.includes(name) === true),
  );
  const row = Object.fromEntries(fields.map(([name, value]) => [name, loggedValue(value, name)]));
  const { prediction } = names;
  const isScored = prediction !== undefined && Object.hasOwn(record, prediction);
  return {
    id,
    timeMs: timeOf(timestamp),
    rows: [isScored ? { ...row, [prediction]: scoreOf(record[prediction], prediction) } : row],
  };
}
