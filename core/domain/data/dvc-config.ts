import type { OptionStyle } from '../train/command-options.ts';
import { dvcError } from './dvc-problem.ts';

/** One config file of DVC: section (`core`, `remote "storage"`) to key to value. Keys are in lower case. */
export type ConfigSections = ReadonlyMap<string, ReadonlyMap<string, ConfigValue>>;

/** A file of settings, and what paths in it are relative to. */
export interface ConfigSource {
  /** Its name, for messages. */
  readonly file: string;
  /** Absolute folder of the file. */
  readonly folder: string;
  /** The home folder for `~`; undefined if unknown. */
  readonly home?: string | undefined;
}

/** A value and where it is. */
export interface ConfigValue extends ConfigSource {
  readonly value: string;
}

/**
 * Reads a config file (ConfigObj's INI).
 *
 * @throws {UserError} DVC_INVALID for a line that is neither section, key nor comment.
 */
export function parseDvcConfig(text: string, source: ConfigSource): ConfigSections {
  const sections = new Map<string, Map<string, ConfigValue>>();
  let section: Map<string, ConfigValue> | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = sectionOf(line);
    if (header !== undefined) {
      const name = unquote(header);
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      continue;
    }
    const equals = line.indexOf('=');
    if (equals <= 0 || section === undefined) {
      throw dvcError('DVC_INVALID', source.file, {
        message: `line ${index + 1}: cannot read ${JSON.stringify(line.slice(0, 60))}`,
        fix: "Write [section] and key = value lines, as 'dvc config' does.",
      });
    }
    const key = unquote(line.slice(0, equals).trim()).toLowerCase();
    section.set(key, { value: readValue(line.slice(equals + 1).trim()), ...source });
  }
  return sections;
}

/**
 * The way in which DVC writes mappings into commands.
 *
 * @throws {UserError} DVC_INVALID for a value that DVC does not know.
 */
export function optionStyle(config: ConfigSections): OptionStyle {
  const choose = <Word extends string>(key: string, words: readonly [Word, ...Word[]]): Word => {
    const found = config.get('parsing')?.get(key);
    if (found === undefined) return words[0];
    const word = words.find((one) => one === found.value.toLowerCase());
    if (word !== undefined) return word;
    throw dvcError('DVC_INVALID', found.file, {
      message: `parsing.${key} = ${JSON.stringify(found.value)} is not one of ${words.join(', ')}`,
      fix: `Run 'dvc config parsing.${key} ${words[0]}'.`,
    });
  };
  return { bool: choose('bool', ['store_true', 'boolean_optional']), list: choose('list', ['nargs', 'append']) };
}

/** Several files as one: for each key the last file that has it decides. */
export function mergeDvcConfigs(levels: readonly ConfigSections[]): ConfigSections {
  const merged = new Map<string, Map<string, ConfigValue>>();
  for (const level of levels) {
    for (const [name, keys] of level) merged.set(name, new Map([...(merged.get(name) ?? []), ...keys]));
  }
  return merged;
}

/** The name in `[…]`, with a comment behind it or not; undefined for another line. */
function sectionOf(line: string): string | undefined {
  if (!line.startsWith('[')) return undefined;
  const comment = line.indexOf('#', line.indexOf(']'));
  const bare = (comment < 0 ? line : line.slice(0, comment)).trimEnd();
  const name = bare.slice(1, -1).trim();
  return bare.endsWith(']') && name !== '' ? name : undefined;
}

/** `'…'` and `"…"` (or three of them) are taken off; a comment after the value is not part of it. */
function readValue(text: string): string {
  const quoted = /^("""|'''|"|')(.*?)\1\s*(?:#.*)?$/s.exec(text);
  if (quoted !== null) return quoted[2] ?? '';
  const comment = text.indexOf('#');
  return (comment < 0 ? text : text.slice(0, comment)).trim();
}

function unquote(text: string): string {
  const quoted = /^(['"])(.*)\1$/.exec(text);
  return quoted?.[2] ?? text;
}
