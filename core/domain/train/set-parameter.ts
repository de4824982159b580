import { UserError } from '../../errors.ts';
import { isPlainList, isPlainMap, type PlainMap, type PlainValue, withKeysOf } from '../data/plain-value.ts';
import { lookUpParameter } from './parameter-path.ts';

/** A parameter and the value that it gets. */
export interface SetParameter {
  /** Its file, for messages. */
  readonly file: string;
  /** Dotted: each step is a key of a mapping, or an index of a list from 0. */
  readonly key: string;
  readonly to: PlainValue;
}

/**
 * The content of a parameters file with one parameter set. Mappings on the way are made where there are none; an empty
 * file counts as an empty mapping.
 *
 * @throws {UserError} INPUT_INVALID where a step is on a value that has no keys, or an index is not in its list.
 */
export function setParameter(content: PlainValue, { file, key, to }: SetParameter): PlainValue {
  const steps = key.split('.');
  return setAt(content ?? new Map(), steps, { file, key, to });
}

function setAt(value: PlainValue, steps: readonly string[], wanted: SetParameter): PlainValue {
  const [step, ...rest] = steps;
  if (step === undefined) return wanted.to;
  if (isPlainMap(value)) return setEntry(value, [step, ...rest], wanted);
  if (!isPlainList(value)) throw noKeys(wanted, rest.length);
  const index = /^\d+$/.test(step) ? Number(step) : value.length;
  if (index >= value.length) throw noIndex(wanted, { index: step, length: value.length });
  return value.with(index, setAt(value[index] ?? null, rest, wanted));
}

function setEntry(map: PlainMap, [step, ...rest]: readonly [string, ...string[]], wanted: SetParameter): PlainValue {
  const found = lookUpParameter(map, step);
  const next = setAt(found === undefined ? new Map() : found, rest, wanted);
  return withKeysOf(map, new Map([...map, [step, next]]));
}

function noKeys({ file, key }: SetParameter, left: number): UserError {
  const before = key
    .split('.')
    .slice(0, -1 - left)
    .join('.');
  const what = before === '' ? `${file} holds` : `${before} of ${file} is`;
  return new UserError('INPUT_INVALID', `set cannot change ${key}: ${what} one value, without keys`, {
    fix: `Set ${before === '' ? 'a key of another file' : before} instead, or correct the key in set.`,
  });
}

function noIndex({ file, key }: SetParameter, { index, length }: { readonly index: string; readonly length: number }) {
  const message = `set cannot change ${key} of ${file}: the list has ${length} values, and none at ${index}`;
  return new UserError('INPUT_INVALID', message, { fix: 'Use an index from 0 to the last value of the list.' });
}
