import { extname } from 'node:path';
import type { Document, Tags } from 'yaml';
import { PlainDate, type PlainValue } from '../../domain/data/plain-value.ts';
import type { YamlReading } from '../../domain/yaml/read-yaml-documents.ts';
import { UserError } from '../../errors.ts';

/** Chosen: a dvc.lock of ten thousand stages. */
const MAX_PLAIN_BYTES = 16 * 2 ** 20;

/** What YAML 1.1 and 1.2 readers of Python make a date of. */
const DATE =
  /^\d{4}-\d{2}-\d{2}$|^\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::\d{2})?))?$/;

/**
 * Reads a YAML, JSON or TOML text by the ending of its name (any other ending is YAML).
 *
 * @throws {UserError} DVC_INVALID with line and column when it cannot be read.
 */
export async function parsePlain(text: string, file: string): Promise<PlainValue> {
  try {
    const ending = extname(file).toLowerCase();
    if (ending === '.json') return parseJson(text);
    if (ending === '.toml') return await parseToml(text);
    return await parseYaml(text, file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const [line, column] = position(error);
    throw new UserError('DVC_INVALID', `${error instanceof Error ? error.message.split('\n')[0] : error}`, {
      fix: 'Correct the syntax.',
      place: { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
      cause: error,
    });
  }
}

/** What DVC's reader (ruamel.yaml) makes an integer of: underscores, binary and octal numbers too. */
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
  if (second !== undefined) throw invalid(`${file} has a second YAML document`, second.range[0]);
  return document;
}

function parseJson(text: string): PlainValue {
  const reviver = (_: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source ?? '') : value;
  return fromObject(JSON.parse(text, reviver));
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

/** Keys that are numbers or booleans become text, as `Map<string, …>` says. */
function textKeys(value: PlainValue): PlainValue {
  if (value instanceof Map) return new Map([...value].map(([key, entry]) => [String(key), textKeys(entry)]));
  return Array.isArray(value) ? value.map(textKeys) : value;
}

function position(error: unknown): [number | undefined, number | undefined] {
  if (error instanceof Error && 'line' in error && typeof error.line === 'number') return [error.line, undefined];
  return [undefined, undefined];
}
