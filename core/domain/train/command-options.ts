import { dvcError } from '../data/dvc-problem.ts';
import { isPlainList, isPlainMap, PlainDate, type PlainMap, PlainOther, type PlainValue } from '../data/plain-value.ts';
import { formatPythonFloat } from './python-float.ts';

/** The way in which DVC writes mappings into a command: `parsing.bool` and `parsing.list` of its config. */
export interface OptionStyle {
  /** `boolean_optional`: false becomes `--no-key`, else nothing. */
  readonly bool: 'store_true' | 'boolean_optional';
  /** `append`: the option is repeated for each item, else its items follow it. */
  readonly list: 'nargs' | 'append';
}

/** DVC's defaults. */
export const DEFAULT_STYLE: OptionStyle = { bool: 'store_true', list: 'nargs' };

/**
 * A mapping as options of a command, as DVC writes it (`to_str` in dvc/parsing/interpolate.py): keys of mappings in it are
 * joined by dots, texts are quoted for a shell.
 *
 * @param file The dvc.yaml, for messages.
 * @throws {UserError} DVC_INVALID for a list or mapping in a list, which DVC refuses too.
 * @example formatOptions(new Map([['lr', 0.1], ['fast', true]]), DEFAULT_STYLE, 'dvc.yaml') // => '--lr 0.1 --fast'
 */
export function formatOptions(map: PlainMap, style: OptionStyle, file: string): string {
  return flatten(map, '')
    .flatMap(([key, value]) => optionOf(key, value, { style, file }))
    .join(' ');
}

/** A single value in a text: floats as Python has them, `None` for null. */
export function formatScalar(value: Exclude<PlainValue, PlainMap | readonly PlainValue[]>): string {
  if (value === null) return 'None';
  if (value instanceof PlainDate) return value.text;
  // No variable is one: `requireVariables` refuses it.
  if (value instanceof PlainOther) throw new Error(`${value.what} is not text`);
  return typeof value === 'number' ? formatPythonFloat(value) : String(value);
}

function flatten(map: PlainMap, prefix: string): readonly [string, PlainValue][] {
  return [...map].flatMap(([key, value]): readonly [string, PlainValue][] =>
    isPlainMap(value) ? flatten(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]],
  );
}

interface OptionPlace {
  readonly style: OptionStyle;
  readonly file: string;
}

function optionOf(key: string, value: PlainValue, { style, file }: OptionPlace): readonly string[] {
  if (value === true) return [`--${key}`];
  if (value === false) return style.bool === 'boolean_optional' ? [`--no-${key}`] : [];
  if (!isPlainList(value)) return [`--${key} ${wordOf(value, key, file)}`];
  const words = value.map((item) => wordOf(item, key, file));
  if (style.list === 'append') return words.map((word) => `--${key} ${word}`);
  return words.length === 0 ? [] : [`--${key} ${words.join(' ')}`];
}

function wordOf(value: PlainValue, key: string, file: string): string {
  if (isPlainMap(value) || isPlainList(value)) {
    throw dvcError('DVC_INVALID', file, {
      message: `the list ${key} contains a list or a mapping, which DVC cannot write into a command`,
      fix: 'Name its single values in cmd, or read the file in the command.',
    });
  }
  if (typeof value === 'string') return quote(value);
  // In a list, Python's own words.
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return formatScalar(value);
}

/** As Python's `shlex.quote`. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
