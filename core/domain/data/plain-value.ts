/** A value of a YAML, JSON or TOML file. Integers are `bigint` and floats `number`: `1` and `1.0` differ in dvc.lock. */
export type PlainValue = null | boolean | bigint | number | string | readonly PlainValue[] | PlainMap | PlainDate;

/** A mapping of such a file, in the order of the file. */
export interface PlainMap extends ReadonlyMap<string, PlainValue> {}

/** An unquoted date or time: Python makes a date of it, not a text. */
export class PlainDate {
  /** As the file has it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Whether a value is a mapping. */
export function isPlainMap(value: PlainValue | undefined): value is PlainMap {
  return value instanceof Map;
}

/** Whether a value is a list. */
export function isPlainList(value: PlainValue | undefined): value is readonly PlainValue[] {
  return Array.isArray(value);
}

/** Equality as Python has it for such values: 1 equals 1.0; the order of keys does not count. */
export function plainEquals(left: PlainValue | undefined, right: PlainValue | undefined): boolean {
  if (isPlainMap(left) && isPlainMap(right)) {
    return left.size === right.size && [...left].every(([key, value]) => plainEquals(value, right.get(key)));
  }
  if (isPlainList(left) && isPlainList(right)) {
    return left.length === right.length && left.every((value, index) => plainEquals(value, right[index]));
  }
  if (isNumber(left) && isNumber(right)) return Number(left) === Number(right);
  if (left instanceof PlainDate && right instanceof PlainDate) return left.text === right.text;
  return left === right;
}

/** The value as JSON has it; integers beyond 2^53 and what is not finite become text. */
export function plainToJson(value: PlainValue): JsonValue {
  if (isPlainMap(value)) return Object.fromEntries([...value].map(([key, entry]) => [key, plainToJson(entry)]));
  if (isPlainList(value)) return value.map(plainToJson);
  if (value instanceof PlainDate) return value.text;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}

/** A JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

function isNumber(value: PlainValue | undefined): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}
