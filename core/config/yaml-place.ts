import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';
import type { ErrorPlace } from '../errors.ts';

/** Where a path of a YAML file stands: the line and column of its key, else of the nearest thing above it. */
export type PlaceOf = (path: readonly PropertyKey[]) => ErrorPlace;

/**
 * Makes the finder of places for a parsed document.
 *
 * @param document Parsed with the given line counter.
 * @param file The path to show.
 */
export function createPlaceOf(document: Document, lines: LineCounter, file: string): PlaceOf {
  return (path) => {
    for (let depth = path.length; depth > 0; depth--) {
      const offset = offsetOf(document, path.slice(0, depth));
      if (offset === undefined) continue;
      const { line, col } = lines.linePos(offset);
      return { file, line, column: col };
    }
    return { file, line: 1, column: 1 };
  };
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const key = path.at(-1);
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
