import { type Document, isMap, isNode, isScalar, isSeq, type LineCounter, type Pair, type YAMLMap } from 'yaml';
import type { ErrorPlace } from '../errors.ts';

/** Position of a path in a YAML file: the line and column of its key, else of the nearest thing above it. */
export type PlaceOf = (path: readonly PropertyKey[]) => ErrorPlace;

/**
 * Makes the finder of places for a parsed document.
 *
 * @param document Parsed with the given line counter.
 * @param file The path to show.
 */
export function createPlaceOf(document: Document, lines: LineCounter, file: string): PlaceOf {
  const pairOf = createPairFinder();
  return (path) => {
    for (let depth = path.length; depth > 0; depth--) {
      const offset = offsetOf(document, path.slice(0, depth), pairOf);
      if (offset === undefined) continue;
      const { line, col } = lines.linePos(offset);
      return { file, line, column: col };
    }
    return { file, line: 1, column: 1 };
  };
}

type PairFinder = (map: YAMLMap, key: PropertyKey) => Pair | undefined;

/** Finds the first pair of a key. Each mapping is looked through once, whatever number of keys is asked for. */
function createPairFinder(): PairFinder {
  const known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (map, key) => {
    const pairs = known.get(map) ?? pairsByKey(map);
    known.set(map, pairs);
    return pairs.get(String(key));
  };
}

function pairsByKey({ items }: YAMLMap): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (const pair of items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (key !== undefined && !pairs.has(key)) pairs.set(key, pair);
  }
  return pairs;
}

function offsetOf(document: Document, path: readonly PropertyKey[], pairOf: PairFinder): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    const pair = isMap(node) ? pairOf(node, step) : undefined;
    const value: unknown = isSeq(node) && typeof step === 'number' ? node.items[step] : pair?.value;
    const shown = pair === undefined ? value : pair.key;
    offset = isNode(shown) ? shown.range?.[0] : undefined;
    node = value;
  }
  return offset;
}
