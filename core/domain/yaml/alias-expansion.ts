import { type Document, isAlias, isCollection, isNode, isPair, isScalar, type Node } from 'yaml';
import { MAX_EXPANDED_YAML_NODES, MAX_YAML_ALIASES, type YamlRefusal } from './yaml-bounds.ts';

/** Chosen: a text counts as much as a value for each line of it, so that a long one is not repeated often either. */
const CHARACTERS_PER_VALUE = 50;

interface Sizes {
  readonly ofAnchors: Map<string, number>;
  aliases: number;
}

/** Too many aliases, or aliases that repeat each other; undefined where a text expands to no more than the bounds. */
export function expansionRefusal(document: Document): YamlRefusal | undefined {
  const sizes: Sizes = { ofAnchors: new Map(), aliases: 0 };
  const size = expandedSize(document.contents, sizes);
  if (sizes.aliases > MAX_YAML_ALIASES) return refusal(document, `has more than ${MAX_YAML_ALIASES} aliases`);
  if (Number.isNaN(size)) return refusal(document, 'has an alias inside the part that it refers to');
  return size > MAX_EXPANDED_YAML_NODES ? refusal(document, 'has aliases that repeat each other too often') : undefined;
}

/** Recursion is as deep as the text is nested, which has its own bound. NaN: an alias inside its own anchor. */
function expandedSize(node: unknown, sizes: Sizes): number {
  if (isAlias(node)) {
    sizes.aliases += 1;
    return sizes.ofAnchors.get(node.source) ?? 1;
  }
  if (isPair(node)) return expandedSize(node.key, sizes) + expandedSize(node.value, sizes);
  if (!isNode(node)) return 1;
  // Anything added to it stays NaN: what contains itself has no size.
  if (node.anchor !== undefined) sizes.ofAnchors.set(node.anchor, Number.NaN);
  const size = isCollection(node) ? sizeOfItems(node.items, sizes) : sizeOfScalar(node);
  if (node.anchor !== undefined) sizes.ofAnchors.set(node.anchor, size);
  return size;
}

function sizeOfScalar(node: Node): number {
  return 1 + (isScalar(node) && typeof node.value === 'string' ? node.value.length / CHARACTERS_PER_VALUE : 0);
}

function sizeOfItems(items: readonly unknown[], sizes: Sizes): number {
  let size = 1;
  for (const item of items) size += expandedSize(item, sizes);
  return size;
}

function refusal(document: Document, message: string): YamlRefusal {
  const first: Node | null = document.contents;
  const fix = 'Write the parts directly instead of repeating them by aliases.';
  return { message, fix, offset: first?.range?.[0] ?? 0 };
}
