const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Size of the structure that a JSON text describes. */
export interface JsonMeasure {
  /** `{`, `[`, `,` and `:` outside of texts. */
  readonly marks: number;
  /** Nesting depth of lists and objects. */
  readonly depth: number;
}

const [MARK, OPEN, CLOSE] = [1, 2, 3];
/** Class of each byte outside of strings, as a table, since there are millions of them. */
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (',:'.includes(character)) return MARK;
  if ('{['.includes(character)) return OPEN;
  return '}]'.includes(character) ? CLOSE : 0;
});

/**
 * Counts the marks and the depth of a JSON text without parsing it, in one pass. A text that is not JSON has some count
 * too; it is the parser's to refuse.
 *
 * @param bytes UTF-8.
 */
export function measureJson(bytes: Uint8Array): JsonMeasure {
  let [marks, level, depth] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfText(bytes, at + 1);
      continue;
    }
    const kind = KINDS[byte];
    if (kind === MARK || kind === OPEN) marks++;
    if (kind === OPEN) depth = Math.max(depth, ++level);
    if (kind === CLOSE) level--;
  }
  return { marks, depth };
}

/** The place of the quote that ends a text, or the end. */
function endOfText(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
