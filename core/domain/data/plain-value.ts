/** A value of a YAML, JSON, TOML or Python file. Integers are `bigint` and floats `number`: `1` and `1.0` differ in dvc.lock. */
export type PlainValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly PlainValue[]
  | PlainMap
  | PlainDate
  | PlainOther;

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

/** A value that Python has and dvc.lock cannot hold, such as a set. */
export class PlainOther {
  /** With its article: `a set`. */
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }
}

/** A tuple of Python. DVC writes it as a list, and a list that it reads back is another value than a tuple within a value. */
export class PlainTuple extends Array<PlainValue> {}

/** A key of a mapping as Python has it. */
export type PlainKey = null | boolean | bigint | number | string;

/** A mapping some of whose keys are not texts in the file: `{ 0: 1.5 }` differs from `{ '0': 1.5 }` in dvc.lock. */
export class KeyedMap extends Map<string, PlainValue> {
  /** By the text that represents the key. */
  readonly keyValues: ReadonlyMap<string, PlainKey>;

  constructor(entries: Iterable<readonly [string, PlainValue]>, keyValues: ReadonlyMap<string, PlainKey>) {
    super(entries);
    this.keyValues = keyValues;
  }
}

/** The key of a mapping that a text represents. */
export function plainKey(map: PlainMap, text: string): PlainKey {
  const key = map instanceof KeyedMap ? map.keyValues.get(text) : undefined;
  return key === undefined ? text : key;
}

/** Other entries under the same kinds of keys. */
export function withKeysOf(map: PlainMap, entries: Iterable<readonly [string, PlainValue]>): PlainMap {
  return map instanceof KeyedMap ? new KeyedMap(entries, map.keyValues) : new Map(entries);
}

/** True if a value is a mapping. */
export function isPlainMap(value: PlainValue | undefined): value is PlainMap {
  return value instanceof Map;
}

/** True if a value is a list. */
export function isPlainList(value: PlainValue | undefined): value is readonly PlainValue[] {
  return Array.isArray(value);
}

/** Equality as Python has it for such values: 1, 1.0 and true are equal; the order of keys does not count. */
export function plainEquals(left: PlainValue | undefined, right: PlainValue | undefined): boolean {
  if (isPlainMap(left) && isPlainMap(right)) {
    return left.size === right.size && [...left].every(([key, value]) => hasEqual(right, left, { key, value }));
  }
  if (left instanceof PlainTuple !== right instanceof PlainTuple) return false;
  if (isPlainList(left) && isPlainList(right)) {
    return left.length === right.length && left.every((value, index) => plainEquals(value, right[index]));
  }
  const [leftNumber, rightNumber] = [exactNumber(left), exactNumber(right)];
  if (leftNumber !== undefined || rightNumber !== undefined) return leftNumber === rightNumber;
  if (left instanceof PlainDate && right instanceof PlainDate) return left.text === right.text;
  return left === right;
}

/** The value as JSON has it; integers beyond 2^53 and what is not finite become text. */
export function plainToJson(value: PlainValue): JsonValue {
  if (isPlainMap(value)) return Object.fromEntries([...value].map(([key, entry]) => [key, plainToJson(entry)]));
  if (isPlainList(value)) return value.map(plainToJson);
  if (value instanceof PlainDate) return value.text;
  if (value instanceof PlainOther) return value.what;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}

/** A JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

function hasEqual(
  other: PlainMap,
  map: PlainMap,
  { key, value }: { readonly key: string; readonly value: PlainValue },
): boolean {
  return other.has(key) && plainKey(other, key) === plainKey(map, key) && plainEquals(value, other.get(key));
}

/** Whole numbers of any kind as the same kind: those beyond 2^53 must not be rounded. */
function exactNumber(value: PlainValue | undefined): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}
