import type { JsonObject } from '../data/json-object.ts';
import { type LogEvent, type LogNames, LogRecordError } from './log-format.ts';
import { rowsOfPayload, scoresOfPayload } from './payload.ts';
import { decoded, parsed, timeOf } from './record-parts.ts';

/**
 * A request or a response as KServe and Seldon log it: a CloudEvent in JSON (`id`, `type`, `time`, `data` or `data_base64`), or a
 * record of KServe's storage (`id`, `reqType`, `bytes`, `occurrenceTime`; also with a capital first letter).
 *
 * @returns undefined for an event that is neither a request nor a response, such as feedback.
 * @throws {LogRecordError} For a record without id or type, or with a body that is not read.
 */
export function cloudEvent(record: JsonObject, names: LogNames): LogEvent | undefined {
  const field = (name: string) => record[name] ?? record[name[0]?.toUpperCase() + name.slice(1)];
  const [id, type] = [field('id'), field('type') ?? field('reqType')];
  if (typeof id !== 'string' || id === '') throw new LogRecordError('it has no id');
  if (typeof type !== 'string') throw new LogRecordError('it has no type');
  const part = /\.(request|response)$/.exec(type)?.[1];
  if (part === undefined) return undefined;
  const event = { id, timeMs: timeOf(field('time') ?? field('occurrenceTime')) };
  if (part === 'request') return { ...event, rows: rowsOfPayload(bodyOf(field), names) };
  if (names.prediction === undefined) return { ...event, scores: [] };
  return { ...event, scores: scoresOfPayload(bodyOf(field), names.prediction) };
}

function bodyOf(field: (name: string) => unknown): unknown {
  const encoded = field('data_base64') ?? field('bytes');
  if (typeof encoded === 'string') return parsed(decoded(encoded));
  const data = field('data');
  if (data === undefined || data === null) throw new LogRecordError('it has no data');
  return typeof data === 'string' ? parsed(data) : data;
}
