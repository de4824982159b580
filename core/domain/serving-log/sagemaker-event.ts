import { isJsonObject, type JsonObject } from '../data/json-object.ts';
import { type LogEvent, type LoggedRow, type LoggedValue, type LogNames, LogRecordError } from './log-format.ts';
import { rowsOfPayload, scoresOfPayload } from './payload.ts';
import { decoded, parsed, timeOf } from './record-parts.ts';

/**
 * A line of SageMaker's data capture: request and response of one call, as CSV without a header, JSON, or lines of JSON.
 *
 * @throws {LogRecordError} For another line, or a body that is not read.
 */
export function sageMakerEvent(record: JsonObject, names: LogNames): LogEvent {
  const { captureData, eventMetadata } = record;
  if (!isJsonObject(captureData) || !isJsonObject(eventMetadata))
    throw new LogRecordError('it has no captureData and eventMetadata');
  const { eventId, inferenceTime } = eventMetadata;
  if (typeof eventId !== 'string' || eventId === '') throw new LogRecordError('it has no eventMetadata.eventId');
  const { endpointInput, endpointOutput } = captureData;
  if (!isJsonObject(endpointInput) && !isJsonObject(endpointOutput))
    throw new LogRecordError('it has no endpointInput and no endpointOutput');
  return {
    ...{ id: eventId, timeMs: timeOf(inferenceTime) },
    ...(isJsonObject(endpointInput) ? { rows: rowsIn(endpointInput, names) } : {}),
    ...(isJsonObject(endpointOutput) ? { scores: scoresIn(endpointOutput, names.prediction) } : {}),
  };
}

function rowsIn(captured: JsonObject, names: LogNames): readonly LoggedRow[] {
  const { kind, text } = bodyOf(captured);
  if (kind === 'csv') return rowsOfPayload(csvRows(text), names);
  if (kind === 'json') return rowsOfPayload(parsed(text), names);
  return linesOf(text).flatMap((line) => rowsOfPayload(parsed(line), names));
}

function scoresIn(captured: JsonObject, name: string | undefined): readonly LoggedValue[] {
  if (name === undefined) return [];
  const { kind, text } = bodyOf(captured);
  if (kind === 'csv') return scoresOfPayload(csvRows(text), name);
  if (kind === 'json') return scoresOfPayload(parsed(text), name);
  return linesOf(text).flatMap((line) => scoresOfPayload(parsed(line), name));
}

function bodyOf({ data, encoding, observedContentType }: JsonObject): {
  readonly kind: 'csv' | 'json' | 'lines';
  readonly text: string;
} {
  if (typeof data !== 'string') throw new LogRecordError('it has a body without data');
  const text = encoding === 'BASE64' ? decoded(data) : data;
  const type =
    typeof observedContentType === 'string' ? (observedContentType.split(';')[0]?.trim().toLowerCase() ?? '') : '';
  if (type === 'text/csv' || encoding === 'CSV') return { kind: 'csv', text };
  if (type === 'application/json' || (encoding === 'JSON' && type === '')) return { kind: 'json', text };
  if (/^application\/(?:x-)?jsonlines$/.test(type)) return { kind: 'lines', text };
  throw new LogRecordError(
    `its content type is ${JSON.stringify(type.slice(0, 60))}: CSV, JSON and lines of JSON are read`,
  );
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/**
 * Rows of CSV without a header; an empty field is missing. Fields in quotes are refused where they have commas or line ends in
 * them: what is sent to a model are numbers and short texts.
 */
function csvRows(text: string): readonly (readonly LoggedValue[])[] {
  return linesOf(text).map((line) =>
    line.split(',').map((field) => {
      const bare = field.trim();
      const quotes = bare.split('"').length - 1;
      if (quotes === 0) return bare === '' ? null : numberOr(bare);
      if (quotes !== 2 || !bare.startsWith('"') || !bare.endsWith('"')) {
        throw new LogRecordError('its CSV has a comma, a quote or a line end within a field, which is not read');
      }
      return bare.slice(1, -1);
    }),
  );
}

function numberOr(text: string): LoggedValue {
  return /^[+-]?[.\d][.\de+-]{0,40}$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}
