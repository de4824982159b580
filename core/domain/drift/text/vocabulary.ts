/** Chosen: the more frequent words of a column, in 40 kB of its profile. */
const MAX_WORDS = 10_000;
/** Chosen: a word of one row, such as a name or a number, is not kept. */
const LEAST_ROWS = 2;
/** Chosen: of 10,000 words, 1 in 1,700 unknown ones is taken for a known one, in both windows alike. */
const CODE_BITS = 24;

/** The words that a column's reference has. */
export interface Vocabulary {
  /** Ascending codes of the words, four characters of base64 (RFC 4648) per word: the words themselves are not kept. */
  readonly words: string;
  /** Rows, or groups of rows, that have each of them: at least this number. */
  readonly atLeast: number;
}

/** The words of a text in lower case: runs of letters, marks and digits. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** The code of a word, 0 to 2^24 - 1: 32-bit FNV-1a of its UTF-16 units, the upper bits folded onto the lower ones. */
export function codeOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return ((hash >>> CODE_BITS) ^ hash) & (2 ** CODE_BITS - 1);
}

/** Words by the number of rows, or groups of rows, that have them. */
export type WordCounts = ReadonlyMap<number, number>;

/**
 * Counts the rows that have each word.
 *
 * @param codes Codes of the words of a text, by the number of the text.
 * @param texts Number of each row's text; -1 where missing.
 * @param groups Group of each row, which counts once per word; undefined: each row counts.
 */
export function countWords(
  codes: readonly (readonly number[])[],
  texts: Int32Array,
  groups: Uint32Array | undefined,
): WordCounts {
  const counts = new Map<number, number>();
  const last = new Map<number, number>();
  for (const row of inOrderOf(texts.length, groups)) {
    const group = groups?.[row] ?? row;
    for (const code of codes[texts[row] ?? -1] ?? []) {
      if (last.get(code) === group) continue;
      last.set(code, group);
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  return counts;
}

/** Rows with those of a group next to each other. */
function inOrderOf(rows: number, groups: Uint32Array | undefined): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  return groups === undefined ? order : order.sort((a, b) => (groups[a] ?? 0) - (groups[b] ?? 0));
}

/** The words of at least two rows; of very many those of the most rows. */
export function vocabularyOf(counts: WordCounts): Vocabulary {
  const descending = [...counts.values()].sort((a, b) => b - a);
  const atLeast = Math.max(LEAST_ROWS, (descending[MAX_WORDS] ?? 0) + 1);
  const kept = [...counts].flatMap(([code, count]) => (count >= atLeast ? [code] : []));
  return { words: formatCodes(kept.sort((a, b) => a - b)), atLeast };
}

/** The codes of a vocabulary's words. */
export function knownWords({ words }: Pick<Vocabulary, 'words'>): ReadonlySet<number> {
  const bytes = Uint8Array.from(atob(words), (character) => character.charCodeAt(0));
  const codes = new Set<number>();
  for (let at = 0; at + 2 < bytes.length; at += 3) {
    codes.add(((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
  }
  return codes;
}

/**
 * The words that a row of the reference finds in its other rows: a row that is new finds those of `atLeast` rows, and its
 * own is one of them. So the shares of unknown words of both are alike where nothing shifted (the estimate of unseen words
 * by those seen once, for more than one: I. J. Good, Biometrika 40, 1953).
 */
export function knownToOthers(counts: WordCounts, { atLeast }: Vocabulary): ReadonlySet<number> {
  return new Set([...counts].flatMap(([code, count]) => (count > atLeast ? [code] : [])));
}

function formatCodes(codes: readonly number[]): string {
  const bytes = codes.flatMap((code) => [code >> 16, (code >> 8) & 255, code & 255]);
  return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(''));
}
