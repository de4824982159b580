import { type CST, Parser } from 'yaml';
import { MAX_YAML_DEPTH, MAX_YAML_DOCUMENTS, maxYamlNodes, type YamlBounds, type YamlRefusal } from './yaml-bounds.ts';

/** The tokens of a text, or the bound that it is beyond. */
export type BoundedTokens =
  | { readonly tokens: readonly CST.Token[]; readonly refusal?: undefined }
  | { readonly tokens?: undefined; readonly refusal: YamlRefusal };

/** Part of the layout: it costs what its bytes cost, and no error is made of it. */
const LAYOUT = new Set(['space', 'newline', 'comment', 'map-value-ind', 'seq-item-ind', 'comma', 'doc-start']);

/**
 * Splits a YAML text into tokens, in time that grows as the text does, and counts them before anything is made of them:
 * the step after this one recurses, and makes an error object of each mistake.
 *
 * @param onNewLine Is told the offset of each line.
 */
export function boundedTokens(text: string, bounds: YamlBounds, onNewLine: (offset: number) => void): BoundedTokens {
  const maxNodes = maxYamlNodes(bounds);
  const tokens: CST.Token[] = [];
  let [nodes, documents] = [0, 0];
  for (const token of new Parser(onNewLine).parse(text)) {
    tokens.push(token);
    if (token.type === 'document') documents += 1;
    if (documents > MAX_YAML_DOCUMENTS) return { refusal: tooMany('documents', MAX_YAML_DOCUMENTS, token) };
    const measured = measure(token, maxNodes - nodes);
    nodes += measured.nodes;
    if (nodes > maxNodes) return { refusal: tooMany('values', maxNodes, token) };
    if (measured.depth > MAX_YAML_DEPTH) return { refusal: tooDeep(token) };
  }
  return { tokens };
}

/** Without recursion, which a deep text would exhaust; stops when it counted more than allowed. */
function measure(root: CST.Token, allowed: number): { readonly nodes: number; readonly depth: number } {
  const waiting = [{ token: root, depth: 0 }];
  let [nodes, deepest] = [0, 0];
  for (let next = waiting.pop(); next !== undefined && nodes <= allowed; next = waiting.pop()) {
    const { token, depth } = next;
    nodes += 1;
    deepest = Math.max(deepest, depth);
    for (const part of partsOf(token)) waiting.push({ token: part, depth: depth + 1 });
  }
  return { nodes, depth: deepest };
}

function partsOf(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return [...token.start, token.value, ...(token.end ?? [])].filter(isCounted);
  if (!('items' in token)) return [];
  return token.items.flatMap(({ start, key, sep, value }: CST.CollectionItem) => {
    const parts = [...start, key, ...(sep ?? []), value].filter(isCounted);
    // An entry with nothing in it, as between two commas, is a value or an error all the same.
    return parts.length > 0 ? parts : start.slice(-1);
  });
}

function isCounted(token: CST.Token | null | undefined): token is CST.Token {
  return token !== undefined && token !== null && !LAYOUT.has(token.type);
}

function tooMany(what: string, limit: number, { offset }: CST.Token): YamlRefusal {
  return {
    message: `has more than ${limit} ${what}`,
    fix: 'Split the file, or check which program wrote it: configurations and manifests have fewer.',
    offset,
  };
}

function tooDeep({ offset }: CST.Token): YamlRefusal {
  return {
    message: `is nested deeper than ${MAX_YAML_DEPTH} levels`,
    fix: 'Check which program wrote this file: configurations and manifests have fewer levels.',
    offset,
  };
}
