import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { UserError } from '../../errors.ts';
import type { KeyIndex, ParsedManifest } from './parse-manifest.ts';

const PLAIN_TAGS = new Set(['str', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`));
const MERGE = '<<';

/**
 * The value of a key in a mapping, where every reader of YAML finds the same.
 *
 * @returns Undefined where the mapping has no such key.
 * @throws {UserError} MANIFEST_UNSUPPORTED where a merge (`<<`), a key in other letters or a tag may decide: readers
 *   disagree about which one wins.
 */
export function entryValue(manifest: ParsedManifest, map: YAMLMap, key: string): Node | undefined {
  const { pairs, folded, merged } = indexOf(manifest, map);
  const rival = folded.get(fold(key))?.find((written) => written !== key);
  if (rival !== undefined) {
    throw disputed(manifest, map, `has the key ${JSON.stringify(rival)}, which some readers read as "${key}"`);
  }
  if (merged.length > 0 && brings(manifest, merged, key)) {
    throw disputed(manifest, map, `has "${key}" from a merge key (<<), which readers apply in different orders`);
  }
  return standsFor(manifest, pairs.get(key)?.value);
}

/**
 * A node, or the target of its alias.
 *
 * @throws {UserError} MANIFEST_UNSUPPORTED for a node with a tag of its own: readers make different things of it.
 */
export function standsFor(manifest: ParsedManifest, node: unknown): Node | undefined {
  const meant = isAlias(node) ? manifest.anchors.get(node) : node;
  if (!isMap(meant) && !isSeq(meant) && !isScalar(meant)) return undefined;
  if (meant.tag === undefined || PLAIN_TAGS.has(meant.tag)) return meant;
  throw disputed(manifest, meant, `has the tag ${meant.tag}`);
}

function indexOf(manifest: ParsedManifest, map: YAMLMap): KeyIndex {
  const known = manifest.indexes.get(map) ?? makeIndex(manifest, map);
  manifest.indexes.set(map, known);
  return known;
}

function makeIndex(manifest: ParsedManifest, { items }: YAMLMap): KeyIndex {
  const pairs = new Map<string, Pair>();
  const folded = new Map<string, string[]>();
  const merged: Pair[] = [];
  for (const pair of items) {
    const node = standsFor(manifest, pair.key);
    const key = isScalar(node) ? node.value : undefined;
    if (key === MERGE || typeof key === 'symbol') merged.push(pair);
    // A number or a truth value is the text that it is written as, for readers that make JSON of YAML.
    if (typeof key === 'string' && !isAlias(pair.key)) pairs.set(key, pair);
    const written = typeof key === 'string' && !isAlias(pair.key) ? key : `${String(key)} (no plain text)`;
    const form = fold(typeof key === 'symbol' ? MERGE : String(key));
    const forms = folded.get(form);
    if (forms === undefined) folded.set(form, [written]);
    else forms.push(written);
  }
  return { pairs, folded, merged };
}

/** As Go compares the names of fields: `newtag` fills `newTag`, and so do some letters of other alphabets. */
function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}

/** True if what is merged in has a key, directly or by merges of its own. */
function brings(manifest: ParsedManifest, merged: readonly Pair[], key: string): boolean {
  const waiting: unknown[] = merged.map(({ value }) => value);
  const seen = new Set<unknown>();
  while (waiting.length > 0) {
    const node = standsFor(manifest, waiting.pop());
    if (seen.has(node)) continue;
    seen.add(node);
    if (isSeq(node)) waiting.push(...node.items);
    else if (!isMap(node))
      return true; // No reader merges a text: what they do about it is not known.
    else {
      const index = indexOf(manifest, node);
      if (index.folded.has(fold(key))) return true;
      waiting.push(...index.merged.map(({ value }) => value));
    }
  }
  return false;
}

function disputed({ file, lines }: ParsedManifest, node: Node, why: string): UserError {
  const { line, col } = lines.linePos(node.range?.[0] ?? 0);
  return new UserError('MANIFEST_UNSUPPORTED', `${file}:${line}: the part here ${why}`, {
    fix: 'Write the keys and values of this part directly, each once.',
    place: { file, line, column: col },
  });
}
