import { UserError } from '../../errors.ts';
import { isPlainMap, type JsonValue, type PlainMap, type PlainValue, plainToJson } from '../data/plain-value.ts';
import type { StageParams } from './pipeline.ts';
import { lookUpKey } from './stage-template.ts';

/** A parameter that is set for one run: `key=value` or `file:key=value`. */
export interface ParameterOverride {
  /** Undefined for the model's parameters file. */
  readonly file: string | undefined;
  /** Dotted. */
  readonly key: string;
  /** As written: YAML's rules say what it is. */
  readonly value: string;
}

/**
 * Reads a line of the input `set`.
 *
 * @throws {UserError} INPUT_INVALID for a line without `=` or key.
 * @example parseOverride('train.lr=0.1') // => { file: undefined, key: 'train.lr', value: '0.1' }
 */
export function parseOverride(line: string): ParameterOverride {
  const found = /^(?:([^=:]+):)?([^=:]+)=(.*)$/s.exec(line);
  if (found?.[2] === undefined) {
    throw new UserError('INPUT_INVALID', `input set: ${JSON.stringify(line)} is not a parameter`, {
      fix: 'Write key=value, or file.yaml:key=value.',
    });
  }
  return { file: found[1], key: found[2].trim(), value: (found[3] ?? '').trim() };
}

/**
 * The parameters of a file that a stage depends on, by dotted key; keys that are not there are left out.
 *
 * @param value The whole file.
 */
export function selectParameters(value: PlainValue, keys: StageParams['keys']): PlainMap {
  if (keys === undefined) return isPlainMap(value) ? value : new Map();
  return new Map(
    keys.flatMap((key): [string, PlainValue][] => {
      const found = isPlainMap(value) && value.has(key) ? value.get(key) : lookUpKey(value, key);
      return found === undefined ? [] : [[key, found]];
    }),
  );
}

/**
 * Numbers of a metrics file by dotted key, as `dvc metrics` flattens them. Texts, lists and null are left out; what is
 * not finite is null.
 */
export function flattenMetrics(value: PlainValue, prefix = ''): Record<string, number | null> {
  if (!isPlainMap(value)) return {};
  return Object.fromEntries(
    [...value].flatMap(([key, entry]): [string, number | null][] => {
      const name = `${prefix}${key}`;
      if (isPlainMap(entry)) return Object.entries(flattenMetrics(entry, `${name}.`));
      if (typeof entry === 'bigint') return [[name, Number(entry)]];
      if (typeof entry === 'number') return [[name, Number.isFinite(entry) ? entry : null]];
      return typeof entry === 'boolean' ? [[name, entry ? 1 : 0]] : [];
    }),
  );
}

/** Parameters as the run report has them: dotted keys; those of other files than the first begin with the file. */
export function flattenParameters(value: PlainValue, prefix = ''): Record<string, JsonValue> {
  if (!isPlainMap(value)) return {};
  return Object.fromEntries(
    [...value].flatMap(([key, entry]): [string, JsonValue][] =>
      isPlainMap(entry)
        ? Object.entries(flattenParameters(entry, `${prefix}${key}.`))
        : [[`${prefix}${key}`, plainToJson(entry)]],
    ),
  );
}
