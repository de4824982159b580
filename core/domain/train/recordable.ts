import { dvcError } from '../data/dvc-problem.ts';
import {
  isPlainList,
  isPlainMap,
  PlainDate,
  type PlainMap,
  PlainOther,
  PlainTuple,
  type PlainValue,
  plainKey,
} from '../data/plain-value.ts';

/**
 * Refuses parameters that DVC cannot record either: it stops when it makes JSON of them.
 *
 * @throws {UserError} DVC_INVALID with the first such parameter.
 */
export function requireRecordable(params: PlainMap, file: string): void {
  for (const [name, value] of params) {
    const what = findIn(value, unrecordable);
    if (what === undefined) continue;
    throw dvcError('DVC_INVALID', file, {
      message: `the parameter ${name} ${value === what.value ? 'is' : 'holds'} ${what.text}, which dvc.lock cannot record`,
      fix: 'Write it as a text or as a list, or name the other keys of the file in params.',
    });
  }
}

/**
 * Refuses values that DVC takes for no variables.
 *
 * @param entry As `vars` names the file.
 * @throws {UserError} DVC_INVALID with the first such variable.
 */
export function requireVariables(
  values: PlainMap,
  { file, entry }: { readonly file: string; readonly entry: string },
): void {
  for (const [name, value] of values) {
    const what = findIn(value, notVariable);
    if (what === undefined) continue;
    throw dvcError('DVC_INVALID', file, {
      message: `${entry} has ${what.text} in ${name}, which DVC does not take for a variable`,
      fix: `Write it as a text or as a list, or name other keys of it in vars: ${entry.split(':')[0]}:key.`,
    });
  }
}

interface Found {
  readonly value: PlainValue;
  readonly text: string;
}

function findIn(value: PlainValue, look: (value: PlainValue) => string | undefined): Found | undefined {
  const text = look(value);
  if (text !== undefined) return { value, text };
  const inner = isPlainMap(value) ? value.values() : isPlainList(value) ? value : [];
  for (const entry of inner) {
    const found = findIn(entry, look);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unrecordable(value: PlainValue): string | undefined {
  if (value instanceof PlainDate) return 'a date';
  if (value instanceof PlainOther) return value.what;
  if (!isPlainMap(value) || value.size < 2) return undefined;
  const kinds = new Set([...value.keys()].map((text) => kindOf(plainKey(value, text))));
  return kinds.size > 1 ? 'a mapping with keys of several kinds' : undefined;
}

function notVariable(value: PlainValue): string | undefined {
  if (value instanceof PlainDate) return 'a date';
  if (value instanceof PlainOther) return value.what;
  return value instanceof PlainTuple ? 'a tuple' : undefined;
}

/** Python compares numbers and booleans with each other, and nothing else with them. */
function kindOf(key: PlainValue): string {
  if (key === null) return 'null';
  return typeof key === 'string' ? 'text' : 'number';
}
