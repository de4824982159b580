import { isJsonObject, type JsonObject } from '../data/json-object.ts';
import { type LoggedRow, type LoggedValue, type LogNames, LogRecordError, loggedValue } from './log-format.ts';

/**
 * The rows of the body of a request: `instances` (or `inputs`) of the version 1 protocol, tensors of the Open Inference
 * Protocol, `data.ndarray` or `data.tensor` of Seldon's protocol, or one row as a mapping.
 *
 * @throws {LogRecordError} For another body, and for rows without names where `data.features` does not have as many.
 */
export function rowsOfPayload(body: unknown, names: LogNames): readonly LoggedRow[] {
  if (Array.isArray(body)) return body.map((row) => rowOf(row, names.features));
  if (!isJsonObject(body)) throw new LogRecordError('its request is neither a mapping nor a list');
  if (Array.isArray(body.instances)) return body.instances.map((row) => rowOf(row, names.features));
  if (Array.isArray(body.inputs) && body.inputs.every(isTensor)) return rowsOfTensors(body.inputs, names.features);
  if (Array.isArray(body.inputs)) return body.inputs.map((row) => rowOf(row, names.features));
  if (isJsonObject(body.data)) return rowsOfSeldon(body.data, names.features);
  return [rowOf(body, names.features)];
}

/**
 * The scores of the body of a response, one for each row: a number or text as it is, of two probabilities the second.
 *
 * @throws {LogRecordError} For another body, two values a row that do not add up to 1, more than two, and several outputs of
 *   which none has the name of the score.
 */
export function scoresOfPayload(body: unknown, name: string): readonly LoggedValue[] {
  if (Array.isArray(body)) return body.map((one) => scoreOf(one, name));
  if (!isJsonObject(body)) return [scoreOf(body, name)];
  if (Array.isArray(body.predictions)) return body.predictions.map((one) => scoreOf(one, name));
  if (Array.isArray(body.outputs)) return scoresOfOutputs(body.outputs, name);
  if (isJsonObject(body.data)) return scoresOfSeldon(body.data, name);
  return [scoreOf(body, name)];
}

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

function isTensor(value: unknown): value is Tensor {
  return (
    isJsonObject(value) &&
    typeof value.name === 'string' &&
    Array.isArray(value.shape) &&
    value.shape.every(Number.isSafeInteger) &&
    Array.isArray(value.data)
  );
}

function rowsOfTensors(tensors: readonly Tensor[], features: LogNames['features']): readonly LoggedRow[] {
  const columns = tensors.flatMap((tensor) => {
    const { rows, width, values } = valuesOf(tensor);
    const names = width === 1 ? [tensor.name] : namesFor(width, features);
    return names.map((name, at) => ({
      name,
      values: Array.from({ length: rows }, (_, row) => loggedValue(values[row * width + at], name)),
    }));
  });
  requireDistinct(columns.map((column) => column.name));
  const rows = columns[0]?.values.length ?? 0;
  if (columns.some(({ values }) => values.length !== rows)) {
    throw new LogRecordError('its inputs have different numbers of rows');
  }
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row] ?? null])),
  );
}

/** A tensor as rows of values, in the order of rows. Its data may be nested as its shape is. */
function valuesOf({ name, shape, data }: Tensor) {
  const values = data.flat(shape.length);
  const [rows = 0, ...rest] = shape;
  const width = rest.reduce((product, one) => product * one, 1);
  if (values.length !== rows * width || shape.some((size) => size < 0) || (width === 0 && rows > 0)) {
    throw new LogRecordError(`the shape of ${name} is [${shape.join(', ')}], and it has ${values.length} values`);
  }
  return { rows, width, values };
}

/** An output that is left out, such as one in binary, could be the score: another one is not taken for it. */
function scoresOfOutputs(outputs: readonly unknown[], name: string): readonly LoggedValue[] {
  if (outputs.every(isTensor)) return scoresOfTensors(outputs, name);
  throw new LogRecordError('its response has an output without name, shape and data in JSON, such as one in binary');
}

function scoresOfTensors(tensors: readonly Tensor[], name: string): readonly LoggedValue[] {
  const named = tensors.find((tensor) => tensor.name === name);
  const tensor = named ?? (tensors.length === 1 ? tensors[0] : undefined);
  if (tensor === undefined) {
    const found = tensors.map((one) => one.name).join(', ');
    throw new LogRecordError(`its response has no output ${name}, and not exactly one output (${found || 'none'})`);
  }
  const { rows, width, values } = valuesOf(tensor);
  return Array.from({ length: rows }, (_, row) => scoreOf(values.slice(row * width, (row + 1) * width), name));
}

function rowsOfSeldon(data: JsonObject, features: LogNames['features']): readonly LoggedRow[] {
  const names = namesOf(data) ?? features;
  requireDistinct(names ?? []);
  return listOf(data).map((row) => rowOf(row, names));
}

/** Scores by the name of the output where the response names its outputs by it; class names do not. */
function scoresOfSeldon(data: JsonObject, name: string): readonly LoggedValue[] {
  const names = namesOf(data) ?? [];
  requireDistinct(names);
  if (!names.includes(name)) return listOf(data).map((one) => scoreOf(one, name));
  return listOf(data).map((one) => scoreOf(rowOf(one, names), name));
}

/** Undefined where a payload of Seldon's names no columns. */
function namesOf({ names }: JsonObject): readonly string[] | undefined {
  const isNamed = Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string');
  return isNamed ? names : undefined;
}

/** Of two columns with one name, a row would keep the last. */
function requireDistinct(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new LogRecordError(`it has two columns with the name ${JSON.stringify(twice)}`);
}

function listOf({ ndarray, tensor }: JsonObject): readonly unknown[] {
  if (Array.isArray(ndarray)) return ndarray;
  if (!isJsonObject(tensor) || !Array.isArray(tensor.shape) || !Array.isArray(tensor.values)) {
    throw new LogRecordError('its data are neither an ndarray nor a tensor');
  }
  const { rows, width, values } = valuesOf({ name: 'the tensor', shape: tensor.shape, data: tensor.values });
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
}

function rowOf(row: unknown, features: LogNames['features']): LoggedRow {
  if (isJsonObject(row))
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, loggedValue(value, name)]));
  const values = Array.isArray(row) ? row : [row];
  const names = namesFor(values.length, features);
  return Object.fromEntries(names.map((name, at) => [name, loggedValue(values[at], name)]));
}

/** Names of values that have none. */
function namesFor(width: number, features: LogNames['features']): readonly string[] {
  if (features === undefined) {
    throw new LogRecordError('its rows have no names: data.features names the columns in their order');
  }
  if (features.length === width) return features;
  throw new LogRecordError(`its rows have ${width} values, and data.features names ${features.length} columns`);
}

/**
 * The score in one value of a response.
 *
 * @throws {LogRecordError} For two values that do not add up to 1, more than two, and a mapping without the name.
 */
export function scoreOf(value: unknown, name: string): LoggedValue {
  if (isJsonObject(value)) {
    if (!Object.hasOwn(value, name)) throw new LogRecordError(`its response has no value ${name}`);
    return scoreOf(value[name], name);
  }
  if (!Array.isArray(value)) return loggedValue(value, name);
  if (value.length === 1) return scoreOf(value[0], name);
  if (value.length === 2) return secondProbability(value, name);
  throw new LogRecordError(`its response has ${value.length} values a row, and drift.predictions is one column`);
}

/** Chosen: probabilities that were rounded to two digits, and some for the rounding of doubles. */
const MOST_OFF_ONE = 0.011;

/** Of two classes the probability of the second one. Two other values, such as a score and a label, do not say which it is. */
function secondProbability([first, second]: readonly unknown[], name: string): LoggedValue {
  const isShare = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1;
  if (isShare(first) && isShare(second) && Math.abs(Number(first) + Number(second) - 1) <= MOST_OFF_ONE) {
    return loggedValue(second, name);
  }
  throw new LogRecordError('its response has 2 values a row that are not the probabilities of two classes');
}
