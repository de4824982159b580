import { isAlias, isMap, isNode, isScalar, type Pair, type Scalar, visit, type YAMLMap } from 'yaml';
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
 * @throws {UserError} MANIFEST_UNSUPPORTED for aliases, scalars that aliases refer to, merged keys and block scalars.
 */
export function spliceScalar(manifest: ParsedManifest, change: ScalarChange): Splice {
  const node = manifest.documents[change.document]?.getIn(change.path, true);
  if (node === undefined) return spliceMissingKey(manifest, change);
  if (isAlias(node)) throw refuse(manifest, change.path, 'is an alias');
  if (!isScalar(node) || node.range === undefined || node.range === null) {
    throw refuse(manifest, change.path, 'is no single value');
  }
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') {
    throw refuse(manifest, change.path, 'is a block scalar');
  }
  if (node.anchor !== undefined && hasAlias(manifest, change.document, node.anchor)) {
    throw refuse(manifest, change.path, `has the anchor &${node.anchor}, which other places refer to`);
  }
  const [start, end] = node.range;
  return { start, end, text: formatScalar(change.value, node, isInFlow(manifest, change)) };
}

function spliceMissingKey(manifest: ParsedManifest, change: ScalarChange): Splice {
  const parent = manifest.documents[change.document]?.getIn(change.path.slice(0, -1), true);
  const key = change.path.at(-1);
  const last = isMap(parent) ? parent.items.at(-1) : undefined;
  if (!isMap(parent) || last === undefined || typeof key !== 'string') {
    throw refuse(manifest, change.path, 'is not there');
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

/** The value as source text: in the quotes of the scalar it stands for, plain only where every reader sees a string. */
export function formatScalar(value: string, like: Scalar | undefined, inFlow: boolean): string {
  if (like?.type === 'QUOTE_DOUBLE') return JSON.stringify(value);
  if (like?.type === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`;
  return isPlainString(value, inFlow) ? value : JSON.stringify(value);
}

/** Whether readers of YAML 1.1 and of YAML 1.2 both read the plain text as the string itself. */
function isPlainString(value: string, inFlow: boolean): boolean {
  const source = inFlow ? `{k: ${value}}` : `k: ${value}`;
  return (['1.1', '1.2'] as const).every((version) => {
    const [document] = readYamlDocuments(source, { version, maxBytes: MAX_READ_MANIFEST_BYTES }).documents;
    return document?.errors.length === 0 && document.get('k') === value;
  });
}

function isInFlow(manifest: ParsedManifest, change: ScalarChange): boolean {
  const parent = manifest.documents[change.document]?.getIn(change.path.slice(0, -1), true);
  return isMap(parent) && parent.flow === true;
}

function hasAlias(manifest: ParsedManifest, index: number, anchor: string): boolean {
  let found = false;
  const document = manifest.documents[index];
  if (document === undefined) return false;
  visit(document, {
    Alias: (_, alias) => {
      found ||= alias.source === anchor;
    },
  });
  return found;
}

function refuse(manifest: ParsedManifest, path: YamlPath, why: string): UserError {
  return new UserError('MANIFEST_UNSUPPORTED', `${manifest.file}: ${formatYamlPath(path)} ${why}: it is not edited`, {
    fix: 'Write the value out at this place.',
    place: { file: manifest.file },
  });
}
