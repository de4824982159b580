import { extname } from 'node:path';
import { PlainDate, type PlainValue } from '../../domain/data/plain-value.ts';
import { UserError } from '../../errors.ts';

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
    return await parseYaml(text);
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

async function parseYaml(text: string): Promise<PlainValue> {
  const { parseDocument } = await import('yaml');
  const date = {
    tag: 'tag:yaml.org,2002:timestamp',
    default: true,
    test: DATE,
    resolve: (source: string) => new PlainDate(source),
  } as const;
  const document = parseDocument(text, { intAsBigInt: true, merge: true, customTags: [date], uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  // With these options the library makes what PlainValue lists: Map, array, bigint, number, string, boolean, null.
  return textKeys(document.toJS({ mapAsMap: true, maxAliasCount: 100 }) as PlainValue);
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
  if (error instanceof Error && 'linePos' in error && Array.isArray(error.linePos)) {
    const [start] = error.linePos;
    return [start?.line, start?.col];
  }
  if (error instanceof Error && 'line' in error && typeof error.line === 'number') return [error.line, undefined];
  return [undefined, undefined];
}
