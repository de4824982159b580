import { UserError } from '../../errors.ts';
import { dvcError } from '../data/dvc-problem.ts';
import {
  isPlainList,
  isPlainMap,
  type JsonValue,
  KeyedMap,
  type PlainMap,
  type PlainValue,
  plainToJson,
} from '../data/plain-value.ts';
import { isParameterPattern, lookUpParameter } from './parameter-path.ts';
import type { StageParams } from './pipeline.ts';
import { requireRecordable } from './recordable.ts';

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
 * The parameters of a file that a stage depends on, by key; keys that are not there are left out.
 *
 * @param value The whole file.
 * @throws {UserError} DVC_INVALID for a file without keys and values DVC cannot record, DVC_UNSUPPORTED for patterns.
 */
export function selectParameters(value: PlainValue, { path, keys }: Pick<StageParams, 'path' | 'keys'>): PlainMap {
  const selected = keys === undefined ? wholeFile(value, path) : namedKeys(value, keys, path);
  requireRecordable(selected, path);
  return selected;
}

function wholeFile(value: PlainValue, file: string): PlainMap {
  // Python's `or {}`: nothing, of whatever kind, is an empty mapping.
  const isNothing = value === null || value === false || value === '' || Number(value) === 0;
  if (isNothing || (isPlainList(value) && value.length === 0)) return new Map();
  if (isPlainMap(value) && !(value instanceof KeyedMap)) return value;
  throw dvcError('DVC_INVALID', file, {
    message: isPlainMap(value) ? 'has parameters whose names are not texts' : 'is not a mapping of parameters',
    fix: isPlainMap(value) ? 'Put their names in quotes.' : 'Give each parameter a name.',
  });
}

function namedKeys(value: PlainValue, keys: readonly string[], file: string): PlainMap {
  return new Map(
    keys.flatMap((key): [string, PlainValue][] => {
      if (isParameterPattern(key)) {
        throw dvcError('DVC_UNSUPPORTED', file, {
          message: `DVC takes the key ${key} of params for a pattern, which is not supported yet`,
          fix: 'Name each key, or the mapping that holds them; an index is written list.0.',
        });
      }
      const found = lookUpParameter(value, key);
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
