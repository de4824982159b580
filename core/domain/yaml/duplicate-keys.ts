import { type Document, isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import { nodesOf } from './nodes-of.ts';

/**
 * The keys that a mapping has had before, in the order of the text. The parser's own check compares each key with all
 * before it; this one takes as long as the text is.
 */
export function duplicateKeys(document: Document): readonly Node[] {
  const found: Node[] = [];
  for (const node of nodesOf(document)) if (isMap(node)) found.push(...repeatedIn(node));
  return found.sort((a, b) => (a.range?.[0] ?? 0) - (b.range?.[0] ?? 0));
}

function repeatedIn({ items }: YAMLMap): readonly Node[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    if (seen.has(key.value)) return [key];
    seen.add(key.value);
    return [];
  });
}
