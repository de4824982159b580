import { dvcError } from '../data/dvc-problem.ts';
import { isPlainList, isPlainMap, type PlainMap, type PlainValue, withKeysOf } from '../data/plain-value.ts';
import { formatOptions, formatScalar, type OptionStyle } from './command-options.ts';

/** The values that `${…}` may name, and the file that is being read. */
export interface TemplateContext {
  readonly values: PlainMap;
  readonly file: string;
  /** Spelling of mappings in a command; undefined for any other text, which cannot have them. */
  readonly style?: OptionStyle;
}

/**
 * Puts values in for `${name}`, `${a.b}` and `${list[0]}` in all texts of a value; `\${` represents `${`.
 * A text that is one such expression alone becomes the value itself.
 *
 * @throws {UserError} DVC_INVALID for an unknown name, or where a list, or a mapping outside of a command, would become text.
 */
export function resolveTemplate(value: PlainValue, context: TemplateContext): PlainValue {
  if (isPlainMap(value)) {
    return withKeysOf(
      value,
      [...value].map(([key, entry]) => [resolveText(key, context), resolveTemplate(entry, context)] as const),
    );
  }
  if (isPlainList(value)) return value.map((entry) => resolveTemplate(entry, context));
  if (typeof value !== 'string') return value;
  const whole = /^\$\{([^}]*)\}$/.exec(value)?.[1];
  return whole === undefined ? resolveText(value, context) : lookUp(whole, context);
}

/** As `resolveTemplate`, for a text that stays a text (a command, a path). */
export function resolveText(text: string, context: TemplateContext): string {
  return text
    .replace(/(?<!\\)\$\{(.*?)\}/g, (_, inner: string) => asText(inner, lookUp(inner, context), context))
    .replaceAll('\\${', '${');
}

/**
 * Follows a dotted path with indexes, from the end where they are below zero; `a[b]` is `a.b`, as DVC has it.
 *
 * @returns undefined where a step finds nothing.
 * @example lookUpKey(new Map([['a', [1n, 2n]]]), 'a[1]') // => 2n
 */
export function lookUpKey(values: PlainValue, key: string): PlainValue | undefined {
  let found: PlainValue | undefined = values;
  for (const step of key.replace(/\[([^[\].]+)\]/g, '.$1').split('.')) {
    if (isPlainMap(found)) found = found.get(step);
    else if (isPlainList(found) && /^-?\d+$/.test(step)) found = found.at(Number(step));
    else return undefined;
  }
  return found;
}

function lookUp(inner: string, context: TemplateContext): PlainValue {
  const found = lookUpKey(context.values, inner.trim());
  if (found !== undefined) return found;
  throw dvcError('DVC_INVALID', context.file, {
    message: `\${${inner}} does not exist`,
    fix: `Add ${inner.trim()} to params.yaml or to vars.`,
  });
}

function asText(inner: string, value: PlainValue, { file, style }: TemplateContext): string {
  if (isPlainMap(value) && style !== undefined) return formatOptions(value, style, file);
  if (isPlainMap(value) || isPlainList(value)) {
    throw dvcError('DVC_INVALID', file, {
      message: `\${${inner}} is a ${isPlainMap(value) ? 'mapping, which is allowed only in cmd' : 'list, which is not allowed in a text'}`,
      fix: 'Use its single values.',
    });
  }
  return formatScalar(value);
}
