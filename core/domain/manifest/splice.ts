import { isAlias, isMap, isNode, isScalar, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { UserError } from '../../errors.ts';
import { readYamlDocuments } from '../yaml/read-yaml-documents.ts';
import { MAX_READ_MANIFEST_BYTES, type ParsedManifest } from './parse-manifest.ts';
import { formatYamlPath, type YamlPath } from './yaml-path.ts';

/** One replacement of source text, by UTF-16 offsets: [start, end). */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A scalar to set. */
export interface ScalarChange {
  readonly document: number;
  readonly path: YamlPath;
  readonly value: string;
  /** The value as it stood elsewhere, to be written so again; undefined: in the style of what it replaces. */
  readonly writing?: ScalarWriting | undefined;
}

/** Spelling of a scalar in its file. */
export interface ScalarWriting {
  readonly source: string;
  /** With its type: `1.0` without quotes is a number. */
  readonly value: unknown;
  readonly isInFlow: boolean;
}

/** Spelling of the scalar at a path; undefined if it takes several lines. */
export function writingAt(manifest: ParsedManifest, at: Omit<ScalarChange, 'value'>): ScalarWriting | undefined {
  const node = manifest.documents[at.document]?.getIn(at.path, true);
  if (!isScalar(node) || !node.range) return undefined;
  const source = manifest.text.slice(node.range[0], node.range[1]);
  return source.includes('\n') ? undefined : { source, value: node.value, isInFlow: isInFlow(manifest, at) };
}

/** The value that a change makes, with its type. */
export function writtenValue(manifest: ParsedManifest, change: ScalarChange): unknown {
  const writing = usableWriting(manifest, change);
  return writing === undefined ? change.value : writing.value;
}

/** Text that is plain in a block may end earlier in a flow. */
function usableWriting(manifest: ParsedManifest, change: ScalarChange): ScalarWriting | undefined {
  return change.writing?.isInFlow === isInFlow(manifest, change) ? change.writing : undefined;
}

/** The text with the splices applied; they do not overlap. Insertions at one place keep their order. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = [...splices].reverse().sort((a, b) => b.start - a.start);
  return ordered.reduce(
    (edited, { start, end, text: part }) => edited.slice(0, start) + part + edited.slice(end),
    text,
  );
}

/**
 * The splice that sets a scalar in its own style, or inserts a missing key of a mapping in the style of its siblings.
 *
 * @throws {UserError} MANIFEST_UNSUPPORTED for aliases, parts that aliases refer to, merged keys, block scalars and
 *   empty values.
 */
export function spliceScalar(manifest: ParsedManifest, change: ScalarChange): Splice {
  assertOwnPlace(manifest, change);
  const node = manifest.documents[change.document]?.getIn(change.path, true);
  if (node === undefined) return spliceMissingKey(manifest, change);
  if (!isScalar(node) || node.range === undefined || node.range === null) {
    throw refuse(manifest, change.path, 'is not a single value');
  }
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') {
    throw refuse(manifest, change.path, 'is a block scalar');
  }
  // After an empty value there may be no space, and where it would go is not certain next to comments.
  if (node.value === null) throw refuse(manifest, change.path, 'exists but is empty');
  const [start, end] = node.range;
  const inFlow = isInFlow(manifest, change);
  return { start, end, text: usableWriting(manifest, change)?.source ?? formatScalar(change.value, node, inFlow) };
}

function spliceMissingKey(manifest: ParsedManifest, change: ScalarChange): Splice {
  const parent = manifest.documents[change.document]?.getIn(change.path.slice(0, -1), true);
  const key = change.path.at(-1);
  const last = isMap(parent) ? parent.items.at(-1) : undefined;
  if (!isMap(parent) || last === undefined || typeof key !== 'string') {
    throw refuse(manifest, change.path, 'does not exist');
  }
  if (parent.items.some((pair) => isScalar(pair.key) && pair.key.value === '<<')) {
    throw refuse(manifest, change.path, 'may come from a merge key (<<)');
  }
  const sibling = isScalar(last.value) ? last.value : undefined;
  const value = formatScalar(change.value, sibling, parent.flow === true);
  if (parent.flow === true) return insertIntoFlow(manifest, parent, { last, key, value });
  return insertLineAfter(manifest, parent, last, `${key}: ${value}`);
}

/** After the last entry, on a line of its own where the entries have theirs; keys in the quotes of their siblings. */
function insertIntoFlow(
  { text }: ParsedManifest,
  parent: YAMLMap,
  { last, key, value }: { readonly last: Pair; readonly key: string; readonly value: string },
): Splice {
  const isQuoted = isScalar(last.key) && last.key.type === 'QUOTE_DOUBLE';
  const entry = `${isQuoted ? JSON.stringify(key) : key}: ${isQuoted && !value.startsWith('"') ? JSON.stringify(value) : value}`;
  const first = parent.items[0];
  const start = isScalar(first?.key) ? (first.key.range?.[0] ?? 0) : 0;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const indent = text.slice(lineStart, start);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = indent.trim() === '' && lineStart > 0 ? `${newline}${indent}` : ' ';
  return { start: endOf(last), end: endOf(last), text: `,${gap}${entry}` };
}

function insertLineAfter(manifest: ParsedManifest, parent: YAMLMap, last: Pair, entry: string): Splice {
  const { text } = manifest;
  const first = parent.items[0];
  const keyStart = isScalar(first?.key) ? (first.key.range?.[0] ?? 0) : 0;
  const column = keyStart - (text.lastIndexOf('\n', keyStart - 1) + 1);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lineEnd = text.indexOf('\n', text.slice(0, endOf(last)).trimEnd().length);
  const at = lineEnd < 0 ? text.length : lineEnd - (text[lineEnd - 1] === '\r' ? 1 : 0);
  return { start: at, end: at, text: `${newline}${' '.repeat(column)}${entry}` };
}

function endOf(pair: Pair): number {
  const node = pair.value ?? pair.key;
  return isNode(node) && node.range ? node.range[1] : 0;
}

/** The value as source text: in the quotes of the scalar it represents, plain only where every reader sees a string. */
export function formatScalar(value: string, like: Scalar | undefined, inFlow: boolean): string {
  if (like?.type === 'QUOTE_DOUBLE') return JSON.stringify(value);
  if (like?.type === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`;
  return isPlainString(value, inFlow) ? value : JSON.stringify(value);
}

/** True if readers of YAML 1.1 and of YAML 1.2 both read the plain text as the string itself. */
function isPlainString(value: string, inFlow: boolean): boolean {
  const source = inFlow ? `{k: ${value}}` : `k: ${value}`;
  return (['1.1', '1.2'] as const).every((version) => {
    const [document] = readYamlDocuments(source, { version, maxBytes: MAX_READ_MANIFEST_BYTES }).documents;
    return document?.errors.length === 0 && document.get('k') === value;
  });
}

function isInFlow(manifest: ParsedManifest, change: Omit<ScalarChange, 'value'>): boolean {
  const parent = manifest.documents[change.document]?.getIn(change.path.slice(0, -1), true);
  return isMap(parent) && parent.flow === true;
}

/**
 * Refuses a place that is not only its own: what is in an anchored part changes wherever an alias repeats the part.
 */
function assertOwnPlace(manifest: ParsedManifest, { document, path }: ScalarChange): void {
  const shared = new Set<unknown>(manifest.anchors.values());
  for (let length = 0; length <= path.length; length++) {
    const above = path.slice(0, length);
    const node =
      length === 0 ? manifest.documents[document]?.contents : manifest.documents[document]?.getIn(above, true);
    if (isAlias(node)) {
      throw refuse(
        manifest,
        path,
        length === path.length ? 'is an alias' : `is reached through the alias *${node.source}`,
      );
    }
    if (!isNode(node) || !shared.has(node)) continue;
    const what = length === path.length ? 'has' : 'is in a part with';
    throw refuse(manifest, path, `${what} the anchor &${anchorOf(node)}, which other places refer to`);
  }
}

function anchorOf(node: Node): string {
  return 'anchor' in node ? (node.anchor ?? '') : '';
}

function refuse(manifest: ParsedManifest, path: YamlPath, why: string): UserError {
  return new UserError('MANIFEST_UNSUPPORTED', `${manifest.file}: ${formatYamlPath(path)} ${why}: it is not edited`, {
    fix: 'Write the value directly at this place.',
    place: { file: manifest.file },
  });
}
