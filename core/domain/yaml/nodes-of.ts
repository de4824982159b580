import { type Document, isCollection, isNode, isPair, type Node } from 'yaml';

/** All nodes of a document in the order of the text: keys before their values, collections before what is in them. */
export function* nodesOf(document: Document): Generator<Node> {
  const waiting: unknown[] = [document.contents];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (isPair(next)) waiting.push(next.value, next.key);
    if (!isNode(next)) continue;
    yield next;
    if (isCollection(next))
      for (let index = next.items.length - 1; index >= 0; index--) waiting.push(next.items[index]);
  }
}
