import { isDeepStrictEqual } from 'node:util';
import { isPlainMap, type PlainValue } from '../../domain/data/plain-value.ts';
import { formatPythonJson } from '../../domain/train/format-python-json.ts';
import { lookUpParameter } from '../../domain/train/parameter-path.ts';
import type { ParameterOverride } from '../../domain/train/parameters.ts';
import { setParameter } from '../../domain/train/set-parameter.ts';
import { UserError } from '../../errors.ts';
import { parsePlain, readPlainDocument } from './parse-plain.ts';

/**
 * The text of a parameters file with some of them set. Every other value stays as it was; so do comments of YAML.
 *
 * @throws {UserError} DVC_INVALID for broken syntax, INPUT_INVALID for a key on a value without keys, DVC_UNSUPPORTED for TOML
 *   and Python, and where the text cannot be changed without changing another value.
 */
export async function setParameters(
  text: string,
  file: string,
  overrides: readonly ParameterOverride[],
): Promise<string> {
  refuseKind(file);
  let wanted = await parsePlain(text, file);
  for (const { key, value } of overrides) {
    wanted = setParameter(wanted, { file, key, to: await parsePlain(value, shownAs(key)) });
  }
  if (file.toLowerCase().endsWith('.json')) return `${formatPythonJson(wanted)}\n`;
  const changed = await changeYaml(text, file, overrides);
  if (changed === undefined) throw entangled(file, overrides);
  const found = await parsePlain(changed.text, file);
  const isAsAsked = changed.hasAliases
    ? overrides.every(({ key }) => isSameAt(found, wanted, key))
    : isDeepStrictEqual(found, wanted);
  if (!isAsAsked) throw entangled(file, overrides);
  return changed.text;
}

/** The same value at a key, among the same other keys: what else an anchor gives its value to follows it, as YAML has it. */
function isSameAt(found: PlainValue, wanted: PlainValue, key: string): boolean {
  const at = (value: PlainValue, path: string) => (path === '' ? value : lookUpParameter(value, path));
  const keysAt = (value: PlainValue, path: string) => {
    const container = at(value, path);
    return isPlainMap(container) ? [...container.keys()] : [];
  };
  const steps = key.split('.');
  const parents = steps.map((_, depth) => steps.slice(0, depth).join('.'));
  const haveSameKeys = parents.every((path) => isDeepStrictEqual(keysAt(found, path), keysAt(wanted, path)));
  return haveSameKeys && isDeepStrictEqual(at(found, key), at(wanted, key));
}

/** Undefined where a key goes through an alias, or an alias would lose its anchor. */
async function changeYaml(
  text: string,
  file: string,
  overrides: readonly ParameterOverride[],
): Promise<{ readonly text: string; readonly hasAliases: boolean } | undefined> {
  const { isAlias, isCollection, isNode, visit } = await import('yaml');
  // Whole numbers beyond 2^53 would be written as others.
  const document = await readPlainDocument(text, file, { intAsBigInt: true });
  for (const { key, value } of overrides) {
    const path = key.split('.');
    const parents = path.slice(0, -1).map((_, depth) => document.getIn(path.slice(0, depth + 1), true));
    if (parents.some((node) => node !== undefined && !isCollection(node))) return undefined;
    const before = document.getIn(path, true);
    const after = (await readPlainDocument(value, shownAs(key), { intAsBigInt: true })).contents;
    if (after !== null && isNode(before)) {
      if (before.comment) after.comment = before.comment;
      if (!isAlias(before) && !isAlias(after) && before.anchor) after.anchor = before.anchor;
    }
    document.setIn(path, after);
  }
  let hasAliases = false;
  visit(document, {
    Alias: () => {
      hasAliases = true;
    },
  });
  try {
    return { text: document.toString({ lineWidth: 0 }), hasAliases };
  } catch {
    return undefined;
  }
}

/** A name without the ending of another kind of file, whatever the key is. */
function shownAs(key: string): string {
  return `set ${key}=`;
}

function refuseKind(file: string): void {
  if (!/\.(?:toml|py)$/i.test(file)) return;
  const kind = file.toLowerCase().endsWith('.py') ? 'Python' : 'TOML';
  throw new UserError('DVC_UNSUPPORTED', `set cannot change ${file}: ${kind} is not supported yet`, {
    fix: 'Change the file itself, or keep parameters in YAML.',
  });
}

function entangled(file: string, overrides: readonly ParameterOverride[]): UserError {
  const keys = overrides.map(({ key }) => key).join(', ');
  const message = `set cannot change ${keys} of ${file} without changing another value: an alias, a merged mapping or a key that is not a text is in the way`;
  return new UserError('DVC_UNSUPPORTED', message, {
    fix: `Write the values out in ${file} instead of the alias, or change the file itself.`,
  });
}
