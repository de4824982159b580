import { dvcError } from '../data/dvc-problem.ts';
import {
  isPlainList,
  isPlainMap,
  PlainDate,
  type PlainKey,
  type PlainMap,
  PlainOther,
  type PlainValue,
  plainKey,
} from '../data/plain-value.ts';
import { compareCodePoints } from '../text/compare-code-points.ts';
import { DEFAULT_PARAMS } from './pipeline.ts';
import { formatPythonFloat } from './python-float.ts';
import type { LockedPath, StageLock } from './stage-lock.ts';
import { formatYamlPlain, formatYamlText } from './yaml-scalar.ts';

/**
 * The text of a dvc.lock, byte for byte as DVC writes it.
 *
 * @param stages Name to entry: entries of an existing file as they were read, or of `stageLockValue`.
 */
export function formatLock(stages: PlainMap): string {
  return `schema: '2.0'\nstages:${formatMap(stages, 2)}`;
}

/** A stage's entry for `formatLock`: keys, deps, outs and params in DVC's order. */
export function stageLockValue(lock: StageLock): PlainMap {
  const entry = new Map<string, PlainValue>([['cmd', lock.command]]);
  if (lock.deps.length > 0) entry.set('deps', lock.deps.toSorted(byPath).map(lockedPathValue));
  if (lock.params.size > 0) entry.set('params', paramsValue(lock.params));
  if (lock.outs.length > 0) entry.set('outs', lock.outs.toSorted(byPath).map(lockedPathValue));
  return entry;
}

/** params.yaml first, then the other files; keys sorted one level deep. */
function paramsValue(params: ReadonlyMap<string, PlainMap>): PlainMap {
  const files = [...params].sort(([left], [right]) => {
    if (left === DEFAULT_PARAMS || right === DEFAULT_PARAMS) return left === DEFAULT_PARAMS ? -1 : 1;
    return compareCodePoints(left, right);
  });
  return new Map(
    files.map(([file, keys]) => [file, new Map([...keys].sort(([left], [right]) => compareCodePoints(left, right)))]),
  );
}

function lockedPathValue({ path, md5, sizeBytes, fileCount, isExecutable }: LockedPath): PlainMap {
  const value = new Map<string, PlainValue>([
    ['path', path],
    ['hash', 'md5'],
    ['md5', md5],
    ['size', BigInt(sizeBytes)],
  ]);
  if (fileCount !== undefined) value.set('nfiles', BigInt(fileCount));
  if (isExecutable) value.set('isexec', true);
  return value;
}

function byPath(left: { readonly path: string }, right: { readonly path: string }): number {
  return compareCodePoints(left.path, right.path);
}

/**
 * A mapping in block style, after the `:` of its key.
 *
 * @param indent Column of its keys.
 */
function formatMap(map: PlainMap, indent: number): string {
  if (map.size === 0) return ' {}\n';
  const lines = [...map].map(([key, value]) => {
    const name = formatKey(plainKey(map, key), indent);
    return `${' '.repeat(indent)}${name}:${formatValue(value, indent, indent + name.length + 2)}`;
  });
  return `\n${lines.join('')}`;
}

function formatKey(key: PlainKey, indent: number): string {
  if (key === null) return 'null';
  return typeof key === 'string' ? formatYamlText(key, { column: indent, indent: indent + 2 }) : plainText(key);
}

/**
 * A value after `key:` or `-`, with its line end.
 *
 * @param indent Column of the key or dash.
 * @param column Where a scalar begins.
 */
function formatValue(value: PlainValue, indent: number, column: number): string {
  if (isPlainMap(value)) return formatMap(value, indent + 2);
  if (isPlainList(value)) return formatList(value, indent);
  const text = formatScalar(value, column, indent + 2);
  return text === '' ? '\n' : ` ${text}\n`;
}

/** A list under a key is at the key's own column. */
function formatList(list: readonly PlainValue[], indent: number): string {
  if (list.length === 0) return ' []\n';
  return `\n${list.map((item) => `${' '.repeat(indent)}-${formatItem(item, indent)}`).join('')}`;
}

function formatItem(item: PlainValue, indent: number): string {
  if (isPlainMap(item) && item.size > 0) return ` ${formatMap(item, indent + 2).trimStart()}`;
  if (isPlainList(item) && item.length > 0) {
    const nested = item.map((entry) => `${' '.repeat(indent + 2)}-${formatItem(entry, indent + 2)}`);
    return ` ${nested.join('').trimStart()}`;
  }
  if (item === null) return ' \n';
  return formatValue(item, indent, indent + 2);
}

function formatScalar(value: PlainValue, column: number, indent: number): string {
  if (value === null) return '';
  const place = { column, indent };
  return typeof value === 'string' ? formatYamlText(value, place) : formatYamlPlain(plainText(value), place);
}

function plainText(value: Exclude<PlainValue, string | null>): string {
  if (value instanceof PlainDate) return value.text;
  if (value instanceof PlainOther) {
    throw dvcError('DVC_INVALID', 'dvc.lock', {
      message: `cannot hold ${value.what}`,
      fix: "Remove the stage that has it, and run 'dvc repro'.",
    });
  }
  if (typeof value !== 'number') return String(value);
  const text = formatPythonFloat(value);
  return Number.isFinite(value) ? text : text.replace(/^(-?)/, '$1.');
}
