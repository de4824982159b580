import { isJsonObject, type JsonObject } from '../data/json-object.ts';
import { LogRecordError } from './log-format.ts';

/**
 * The text of base64.
 *
 * @throws {LogRecordError} For another text, and for bytes that are not UTF-8, such as an image.
 */
export function decoded(base64: string): string {
  const bytes = Uint8Array.from(bytesOf(base64), (character) => character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LogRecordError('its body is not encoded in UTF-8');
  }
}

function bytesOf(base64: string): string {
  try {
    if (/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return atob(base64);
  } catch {
    // Of a length that no base64 has.
  }
  throw new LogRecordError('its body is not base64');
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
  if (!list.every(isJsonObject)) throw new LogRecordError('it is not a mapping');
  return list;
}
