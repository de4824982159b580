import { extname } from 'node:path';
import type { Document, Tags } from 'yaml';
import { PlainDate, type PlainValue } from '../../domain/data/plain-value.ts';
import { TextProblem } from '../../domain/data/text-problem.ts';
import { shellWord } from '../../domain/text/shell-word.ts';
import { parsePythonJson } from '../../domain/train/python-json.ts';
import { pythonMapping } from '../../domain/train/python-mapping.ts';
import type { YamlReading } from '../../domain/yaml/read-yaml-documents.ts';
import { UserError } from '../../errors.ts';

/** Chosen: a dvc.lock of ten thousand stages. */
const MAX_PLAIN_BYTES = 16 * 2 ** 20;

/** Texts that YAML 1.1 and 1.2 readers of Python parse as a date. */
const DATE =
  /^\d{4}-\d{2}-\d{2}$|^\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::\d{2})?))?$/;

/**
 * Reads a YAML, JSON, TOML or Python text by the ending of its name (any other ending is YAML).
 *
 * @throws {UserError} DVC_INVALID with line and column when it cannot be read.
 */
export async function parsePlain(text: string, file: string): Promise<PlainValue> {
  // As Python reads a text; in JSON no line can end within a string.
  const lines = text.replace(/\r\n?/g, '\n');
  try {
    const ending = extname(file).toLowerCase();
    if (ending === '.json') return parsePythonJson(lines);
    if (ending === '.toml') return await parseToml(text);
    if (ending === '.py') return (await import('./parse-python.ts')).parsePython(lines);
    return await parseYaml(text, file);
  } catch (error) {
    const conflict = conflictLine(lines);
    if (conflict !== undefined) {
      throw new UserError('DVC_INVALID', 'the file has the marks of a merge conflict', {
        fix: `Resolve it: 'git checkout --ours -- ${shellWord(file)}' or '--theirs', or by hand; then 'git add' it.`,
        place: { file, line: conflict },
        cause: error,
      });
    }
    if (error instanceof UserError) throw error;
    const [line, column] = position(error, lines);
    throw new UserError('DVC_INVALID', `${error instanceof Error ? error.message.split('\n')[0] : error}`, {
      fix: 'Correct the syntax.',
      place: { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
      cause: error,
    });
  }
}

/** The line, from 1, on which Git says that two versions differ. */
function conflictLine(text: string): number | undefined {
  const index = text.split('\n').findIndex((line) => /^(?:<<<<<<<|>>>>>>>) /.test(line));
  return index < 0 ? undefined : index + 1;
}

/** Integers as DVC's reader (ruamel.yaml) accepts them: underscores, binary and octal numbers too. */
const INTEGER = /^(?:[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?[0-9][0-9_]*|[-+]?0x[0-9a-fA-F_]+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const INTEGER_TAG = { tag: 'tag:yaml.org,2002:int', default: true, test: INTEGER, resolve: readInteger } as const;
const FLOAT_TAG = { tag: 'tag:yaml.org,2002:float', default: true, test: FLOAT, resolve: readFloat } as const;

function isNumberTag(tag: Tags[number]): boolean {
  return typeof tag === 'object' && /:(?:int|float)$/.test(tag.tag);
}

function readInteger(source: string): bigint {
  const [, sign, digits = ''] = /^([-+]?)(.*)$/.exec(source.replaceAll('_', '')) ?? [];
  const value = digits === '' ? 0n : BigInt(digits);
  return sign === '-' ? -value : value;
}

function readFloat(source: string): number {
  const text = source.replaceAll('_', '').toLowerCase();
  if (text.endsWith('.nan')) return Number.NaN;
  if (text.endsWith('.inf')) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

async function parseYaml(text: string, file: string): Promise<PlainValue> {
  const { plainYaml } = await import('../../domain/yaml/read-yaml-documents.ts');
  const date = {
    tag: 'tag:yaml.org,2002:timestamp',
    default: true,
    test: DATE,
    resolve: (source: string) => new PlainDate(source),
  } as const;
  const customTags = (tags: Tags) => [date, FLOAT_TAG, INTEGER_TAG, ...tags.filter((tag) => !isNumberTag(tag))];
  const document = await readPlainDocument(text, file, { intAsBigInt: true, merge: true, customTags });
  // With these options the library makes what PlainValue lists: Map, array, bigint, number, string, boolean, null.
  return textKeys(plainYaml(document, { mapAsMap: true }) as PlainValue);
}

/**
 * The one document of a YAML text.
 *
 * @throws {UserError} DVC_INVALID with line and column for broken syntax, repeated keys, and what is beyond the bounds.
 */
export async function readPlainDocument(
  text: string,
  file: string,
  options: Omit<YamlReading, 'maxBytes'> = {},
): Promise<Document.Parsed> {
  const { readYamlDocuments } = await import('../../domain/yaml/read-yaml-documents.ts');
  const { documents, lines, refusal } = readYamlDocuments(text, { maxBytes: MAX_PLAIN_BYTES, ...options });
  const [document, second] = documents;
  const invalid = (message: string, offset: number, fix = 'Correct the syntax.') => {
    const { line, col } = lines.linePos(offset);
    return new UserError('DVC_INVALID', message, { fix, place: { file, line, column: col } });
  };
  if (document === undefined) throw invalid(`${file} ${refusal?.message}`, refusal?.offset ?? 0, refusal?.fix);
  const [problem] = document.errors;
  if (problem !== undefined) throw invalid(problem.message, problem.pos[0]);
  // Most files have no tags, and a lock has many nodes.
  const [tag] = /!/.test(text) ? await unreadTags(document) : [];
  if (tag !== undefined)
    throw invalid(tag.message, tag.offset, 'Remove the tag; a plain text, number or list needs none.');
  if (second !== undefined) throw invalid(`${file} has a second YAML document`, second.range[0]);
  return document;
}

interface UnreadTag {
  readonly message: string;
  readonly offset: number;
}

/** Tags that mean more than the values of a PlainValue: those that no reader knows, and `!!set`, `!!binary` and the like. */
async function unreadTags(document: Document.Parsed): Promise<readonly UnreadTag[]> {
  const { nodesOf } = await import('../../domain/yaml/nodes-of.ts');
  const unknown = document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
  const found = unknown.map(({ message, pos }) => ({ message, offset: pos[0] }));
  for (const { tag, range } of nodesOf(document)) {
    if (tag === undefined || !/:(?:set|omap|pairs|binary)$/.test(tag)) continue;
    found.push({ message: `the tag ${tag} is not supported`, offset: range?.[0] ?? 0 });
  }
  return found;
}

async function parseToml(text: string): Promise<PlainValue> {
  const { parse } = await import('smol-toml');
  return fromObject(parse(text, { integersAsBigInt: true }));
}

function fromObject(value: unknown): PlainValue {
  if (Array.isArray(value)) return value.map(fromObject);
  if (value instanceof Date) return new PlainDate(value.toISOString());
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, entry]) => [key, fromObject(entry)]));
  }
  // Parsers of JSON and TOML give nothing else.
  return value as PlainValue;
}

/** The library's maps may have keys of any kind. */
function textKeys(value: PlainValue): PlainValue {
  if (value instanceof Map) return pythonMapping([...value].map(([key, entry]) => [key, textKeys(entry)]));
  return Array.isArray(value) ? value.map(textKeys) : value;
}

function position(error: unknown, text: string): [number | undefined, number | undefined] {
  if (error instanceof TextProblem) {
    const before = text.slice(0, error.offset);
    return [before.split('\n').length, error.offset - before.lastIndexOf('\n')];
  }
  if (error instanceof Error && 'line' in error && typeof error.line === 'number') return [error.line, undefined];
  return [undefined, undefined];
}
