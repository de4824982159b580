import { isPlainList, isPlainMap, type PlainMap, type PlainValue, plainKey } from '../data/plain-value.ts';

/** True if DVC takes a key of `params` for a pattern, which may represent any of several keys. */
export function isParameterPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * Follows a key of `params` as DVC does (`dpath.get`): steps between dots are keys or indexes, from the end where they are
 * below zero; a key with a dot in it cannot be named.
 *
 * @returns undefined where a step finds nothing.
 */
export function lookUpParameter(value: PlainValue, path: string): PlainValue | undefined {
  let found: PlainValue | undefined = value;
  for (const step of path.replace(/^\.+/, '').split('.')) {
    if (isPlainMap(found)) found = entryAt(found, step);
    else if (isPlainList(found)) found = /^-?\d+$/.test(step) ? found.at(Number(step)) : undefined;
    else return undefined;
  }
  return found;
}

function entryAt(map: PlainMap, step: string): PlainValue | undefined {
  if (typeof plainKey(map, step) === 'string' && map.has(step)) return map.get(step);
  for (const [text, entry] of map) {
    const key = plainKey(map, text);
    if (typeof key === 'boolean' && (text === step || Number(step) === Number(key))) return entry;
    if (typeof key === 'bigint' && /^-?\d+$/.test(step) && BigInt(step) === key) return entry;
  }
  return undefined;
}
