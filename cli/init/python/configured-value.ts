import { entriesWithin } from '../plain-fields.ts';

/** A value that can be read without running the code. */
export type StaticValue = string | number | boolean | readonly StaticValue[];

/** A configuration file of the repository, parsed. */
export interface ConfigFile {
  readonly path: string;
  readonly value: unknown;
}

/** Chosen. */
const CONFIG_LEVELS = 5;

/**
 * The value under these keys in the configuration files of a repository, at the top or in a part of one.
 *
 * @param reader Path of the program that reads it: `model_trainer.root_dir` is meant in model_trainer.py.
 * @returns Undefined where no file has them, and where several parts have them with different values and none is called as the reader.
 */
export function configuredValue(
  configs: readonly ConfigFile[],
  keys: readonly string[],
  reader: string,
): StaticValue | undefined {
  if (keys.length === 0) return undefined;
  for (const { value } of configs) {
    const found = plainAt(value, keys);
    if (found !== undefined) return found;
  }
  // A function gets a part of the file; one key alone says too little to be looked for everywhere, unless it is long.
  if (keys.length === 1 && (keys[0] ?? '').length < 5) return undefined;
  const found = configs.flatMap(({ value }) =>
    [...entriesWithin(value, CONFIG_LEVELS)].flatMap(([name, part]) => {
      const at = plainAt(part, keys);
      return at === undefined ? [] : [{ name, value: at }];
    }),
  );
  const own = found.filter(({ name }) => reader.toLowerCase().includes(name.toLowerCase()));
  const [first, ...more] = own.length > 0 ? own : found;
  return more.every(({ value }) => JSON.stringify(value) === JSON.stringify(first?.value)) ? first?.value : undefined;
}

function plainAt(value: unknown, keys: readonly string[]): StaticValue | undefined {
  let at = value;
  for (const key of keys) {
    if (at === null || typeof at !== 'object' || Array.isArray(at) || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return asStatic(at);
}

function asStatic(value: unknown): StaticValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (!Array.isArray(value)) return undefined;
  const all = value.map(asStatic).filter((one) => one !== undefined);
  return all.length === value.length ? all : undefined;
}
