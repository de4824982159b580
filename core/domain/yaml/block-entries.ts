import { isCollection, isMap, isNode, isPair, isScalar, type Pair, type YAMLMap } from 'yaml';
import { readYamlDocuments } from './read-yaml-documents.ts';

/** Lines of a text, by UTF-16 offsets: [start, end). Both are at the beginning of a line, or at the end of the text. */
export interface LineSpan {
  readonly start: number;
  readonly end: number;
}

/** The entries of a block mapping, each with its whole lines. */
export interface BlockEntries {
  readonly spans: ReadonlyMap<string, LineSpan>;
  /** Column of the keys. */
  readonly indent: number;
  /** End of the lines of the last entry. */
  readonly end: number;
}

/**
 * Finds the lines of each entry of a mapping that is under a key at the root of the only document of a text. Comments and
 * empty lines after the last value of an entry belong to none, however deep they are indented.
 *
 * @param limits The largest text that is read.
 * @returns Undefined for a mapping that is absent, empty, or not in block style with one key per line, and for other syntax.
 */
export function blockEntries(
  text: string,
  key: string,
  limits: { readonly maxBytes: number },
): BlockEntries | undefined {
  const { documents } = readYamlDocuments(text, limits);
  const [document] = documents;
  if (document === undefined || documents.length > 1 || document.errors.length > 0) return undefined;
  const map = document.get(key, true);
  if (!isMap(map) || map.flow === true || map.items.length === 0) return undefined;
  const spans = new Map<string, LineSpan>();
  const columns = new Set<number>();
  for (const pair of (map as YAMLMap).items) {
    const found = spanOf(text, pair);
    if (found === undefined) return undefined;
    spans.set(found.key, found.span);
    columns.add(found.column);
  }
  const [indent, ...others] = columns;
  const end = Math.max(...[...spans.values()].map((span) => span.end));
  return indent === undefined || others.length > 0 ? undefined : { spans, indent, end };
}

function spanOf(text: string, { key, value }: Pair) {
  if (!isScalar(key) || key.range == null) return undefined;
  const start = text.lastIndexOf('\n', key.range[0] - 1) + 1;
  const indent = text.slice(start, key.range[0]);
  if (!/^ *$/.test(indent)) return undefined;
  const last = endOf(value, key.range[1]);
  // The end of a block scalar is the beginning of the next line; that of a flow or of another scalar is within its last line.
  const isLineStart = last > start && text[last - 1] === '\n';
  const lineEnd = isLineStart ? last - 1 : text.indexOf('\n', last);
  return {
    key: String(key.value),
    column: indent.length,
    span: { start, end: lineEnd < 0 ? text.length : lineEnd + 1 },
  };
}

/**
 * The end of the last value in a node.
 *
 * The end of a whole block is not taken: with a comment after it, it is in the middle of the line of the next key.
 *
 * @param before The end of what comes before the node, which an empty one has.
 */
function endOf(node: unknown, before: number): number {
  if (isPair(node)) return endOf(node.value, endOf(node.key, before));
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1), before);
  const range = isNode(node) ? node.range : undefined;
  return range == null || range[0] === range[1] ? before : range[1];
}
