import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  type LineCounter,
  type Node,
  type Pair,
  type Tags,
  type YAMLMap,
} from 'yaml';
import { UserError } from '../../errors.ts';
import { nodesOf } from '../yaml/nodes-of.ts';
import { readYamlDocuments, type YamlDocuments } from '../yaml/read-yaml-documents.ts';
import { assertOneReading } from './manifest-text.ts';

/** The keys of a mapping, so that looking into it again costs nothing. */
export interface KeyIndex {
  readonly pairs: ReadonlyMap<string, Pair>;
  /** Keys as written, by their form without upper and lower case. */
  readonly folded: ReadonlyMap<string, readonly string[]>;
  /** Keys that `<<` merges in. */
  readonly merged: readonly Pair[];
}

/** A manifest file, parsed: the text that ranges refer to, and its documents. */
export interface ParsedManifest {
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
  /** Targets of aliases. */
  readonly anchors: ReadonlyMap<Alias, Node>;
  /** Filled while mappings are looked into. */
  readonly indexes: Map<YAMLMap, KeyIndex>;
  /** The same text as readers of YAML 1.1 understand it. Parsed once, when it is asked for. */
  readonly older: () => ParsedManifest;
}

/** Chosen: twice what the values of a large Helm chart have. Of a manifest that the bot reads, regardless of who wrote it. */
export const MAX_READ_MANIFEST_BYTES = 256 * 2 ** 10;
/** Chosen: more than all manifests of a cluster in one file. Of a manifest that an action edits in its own job. */
export const MAX_MANIFEST_BYTES = 4 * 2 ** 20;

const BYTE_ORDER_MARK = '\uFEFF';
const TIMESTAMP = 'tag:yaml.org,2002:timestamp';

/** The byte order mark of a text, or ''. */
export function byteOrderMarkOf(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
}

/**
 * Parses a YAML or JSON manifest of one or more documents, in time that grows as the text does.
 *
 * @param file The path to show.
 * @throws {UserError} MANIFEST_UNSUPPORTED for a Helm template; MANIFEST_INVALID for broken syntax, duplicate keys, aliases
 *   without an anchor, a text beyond a bound, and characters or lines that not all readers understand alike.
 */
export function parseManifest(text: string, file: string, maxBytes = MAX_MANIFEST_BYTES): ParsedManifest {
  const body = text.slice(byteOrderMarkOf(text).length);
  const parsed = readYamlDocuments(body, { maxBytes });
  if (parsed.refusal !== undefined) throw refused(parsed, file);
  assertYaml(parsed, body, file);
  assertOneReading(body, file);
  return assemble(parsed, { file, text: body, maxBytes });
}

interface ManifestSource {
  readonly file: string;
  readonly text: string;
  readonly maxBytes: number;
}

function assemble(parsed: YamlDocuments, source: ManifestSource): ParsedManifest {
  const { file, text } = source;
  const { documents, lines } = parsed;
  const memory: { older?: ParsedManifest } = {};
  const older = () => {
    memory.older ??= parseAsOlder(source);
    return memory.older;
  };
  return { file, text, documents, lines, anchors: anchorsOf(parsed, file), indexes: new Map(), older };
}

/** Kubernetes keeps dates as texts, although YAML 1.1 has a type for them. */
function parseAsOlder(source: ManifestSource): ParsedManifest {
  const { file, text, maxBytes } = source;
  const customTags = (tags: Tags): Tags => tags.filter((tag) => typeof tag === 'string' || tag.tag !== TIMESTAMP);
  const parsed = readYamlDocuments(text, { maxBytes, version: '1.1', customTags });
  const [error] = parsed.documents.flatMap(({ errors }) => errors);
  if (parsed.refusal !== undefined) throw refused(parsed, file);
  if (error === undefined) return assemble(parsed, source);
  const { line, col } = parsed.lines.linePos(error.pos[0]);
  throw new UserError('MANIFEST_INVALID', `${file}:${line}: readers of YAML 1.1 refuse the file: ${error.message}`, {
    fix: 'Write this place so that YAML 1.1 and 1.2 agree: put keys and values in quotes.',
    place: { file, line, column: col },
  });
}

function anchorsOf({ documents, lines }: YamlDocuments, file: string): ReadonlyMap<Alias, Node> {
  const found = new Map<Alias, Node>();
  for (const document of documents) {
    const anchors = new Map<string, Node>();
    for (const node of nodesOf(document)) {
      if (isAlias(node)) found.set(node, anchors.get(node.source) ?? withoutAnchor(node, lines, file));
      else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    }
  }
  return found;
}

function withoutAnchor({ source, range }: Alias, lines: LineCounter, file: string): never {
  const { line, col } = lines.linePos(range?.[0] ?? 0);
  throw new UserError('MANIFEST_INVALID', `${file}:${line}: has the alias *${source} without its anchor`, {
    fix: 'Quote a text that begins with *, or write the anchor above it.',
    place: { file, line, column: col },
  });
}

function assertYaml({ documents, lines }: YamlDocuments, body: string, file: string): void {
  const [error] = documents.flatMap((document) => document.errors);
  if (error === undefined && !documents.some(isTemplate)) return;
  const { line, col } = lines.linePos(error?.pos[0] ?? body.indexOf('{{'));
  if (error === undefined || body.includes('{{')) {
    throw new UserError('MANIFEST_UNSUPPORTED', `${file} is a template, not YAML`, {
      fix: 'Use the values file instead of the template, with path.',
      place: { file, line, column: col },
    });
  }
  throw new UserError('MANIFEST_INVALID', `${file} cannot be edited: ${error.message}`, {
    fix: 'Fix the file at this place.',
    place: { file, line, column: col },
  });
}

function refused({ refusal, lines }: YamlDocuments, file: string): UserError {
  const { line, col } = lines.linePos(refusal?.offset ?? 0);
  return new UserError('MANIFEST_INVALID', `${file} ${refusal?.message ?? 'cannot be read'}`, {
    fix: refusal?.fix ?? 'Check which program wrote this file.',
    place: { file, line, column: col },
  });
}

/** `{{ .Values.x }}` is YAML too: a mapping whose key is a mapping, which no manifest has. */
function isTemplate(document: Document): boolean {
  for (const node of nodesOf(document)) {
    if (isMap(node) && node.items.some((item) => isPair(item) && isMap(item.key))) return true;
  }
  return false;
}
