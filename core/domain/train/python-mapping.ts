import {
  isPlainList,
  isPlainMap,
  KeyedMap,
  type PlainKey,
  PlainOther,
  PlainTuple,
  type PlainValue,
} from '../data/plain-value.ts';
import { TextProblem } from '../data/text-problem.ts';
import { formatPythonFloat } from './python-float.ts';

/**
 * Refuses a value that cannot be a key of a mapping or an item of a set, as Python does.
 *
 * @throws {TextProblem}
 */
export function requireHashable(value: PlainValue, offset: number): void {
  if (value instanceof PlainTuple) for (const item of value) requireHashable(item, offset);
  else if (isPlainList(value)) throw new TextProblem('a list is a key, or within a set', offset);
  else if (isPlainMap(value)) throw new TextProblem('a mapping is a key, or within a set', offset);
  else if (value instanceof PlainOther && /^a (?:set|mapping)/.test(value.what))
    throw new TextProblem(`${value.what} is a key, or within a set`, offset);
}

/** A mapping with keys as Python has them: keys that are equal are one, which keeps its first place and spelling. */
export function pythonMapping(entries: readonly (readonly [PlainValue, PlainValue])[]): PlainValue {
  const values = new Map<string, PlainValue>();
  const keys = new Map<string, PlainKey>();
  const textOf = new Map<PlainKey, string>();
  for (const [key, value] of entries) {
    if (!isKey(key)) return new PlainOther('a mapping whose keys are tuples, bytes or the like');
    const identity = typeof key === 'bigint' || typeof key === 'boolean' ? Number(key) : key;
    const text = textOf.get(identity) ?? formatKey(key);
    if (values.has(text) && !textOf.has(identity))
      return new PlainOther(`a mapping with the text ${text} and another value of that name as keys`);
    textOf.set(identity, text);
    if (!values.has(text) && typeof key !== 'string') keys.set(text, key);
    values.set(text, value);
  }
  return keys.size === 0 ? values : new KeyedMap(values, keys);
}

function isKey(value: PlainValue): value is PlainKey {
  return value === null || ['string', 'bigint', 'number', 'boolean'].includes(typeof value);
}

/** As Python's `str` writes it. */
function formatKey(key: PlainKey): string {
  if (key === null) return 'None';
  if (typeof key === 'boolean') return key ? 'True' : 'False';
  return typeof key === 'number' ? formatPythonFloat(key) : String(key);
}
