import { isObject, type JsonObject, type LogEvent, type LogNames, LogRecordError } from './log-format.ts';
import { rowsOfPayload, scoresOfPayload } from './payload.ts';

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

/** The text of base64. */
export function decoded(base64: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw new LogRecordError('its body is not base64');
  return new TextDecoder('utf-8').decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}

/** JSON in a body. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LogRecordError('its body is not JSON');
  }
}

/** Milliseconds of an ISO 8601 text, which is UTC where it has no zone; null where there is none. */
export function timeOf(value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null;
  const [, time = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/.exec(String(value)) ?? [];
  const ms = Date.parse(`${time.replace(' ', 'T')}${zone}`);
  if (Number.isNaN(ms)) throw new LogRecordError('its time is not one of ISO 8601');
  return ms;
}

/** The records of a line: a mapping, or a list of them, which a batch is. */
export function recordsOf(value: unknown): readonly JsonObject[] {
  const list = Array.isArray(value) ? value : [value];
  if (!list.every(isObject)) throw new LogRecordError('it is not a mapping');
  return list;
}
