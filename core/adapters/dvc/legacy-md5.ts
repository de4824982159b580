import { createHash } from 'node:crypto';

/** DVC reads files in pieces of this size. */
const READ_BYTES = 1 << 20;
const TEXT_TEST_BYTES = 512;
/** Printable ASCII, line ends, tab, form feed, backspace. */
const TEXT = new Uint8Array(256).map((_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || [0x0a, 0x0d, 0x09, 0x0c, 0x08].includes(byte) ? 1 : 0,
);

/**
 * The MD5 of DVC 2, which folds CRLF to LF in what looks like text. DVC 2 looked at the beginning of a file, DVC 3's
 * compatibility looks at the beginning of each piece that it reads: a digest may be of either kind.
 */
export class LegacyMd5 {
  readonly #byFile = createHash('md5');
  readonly #byPiece = createHash('md5');
  readonly #pieces: Uint8Array[] = [];
  #held = 0;
  #isTextFile: boolean | undefined;

  update(chunk: Uint8Array): void {
    let rest = chunk;
    while (this.#held + rest.length >= READ_BYTES) {
      const taken = rest.subarray(0, READ_BYTES - this.#held);
      this.#hash(Buffer.concat([...this.#pieces, taken]));
      rest = rest.subarray(taken.length);
      this.#pieces.length = 0;
      this.#held = 0;
    }
    // Copied: the caller may use its bytes again.
    if (rest.length > 0) this.#pieces.push(Buffer.from(rest));
    this.#held += rest.length;
  }

  /** Both digests, 32 hex digits each: DVC 2's own first. */
  digests(): readonly [string, string] {
    if (this.#held > 0) this.#hash(Buffer.concat(this.#pieces));
    return [this.#byFile.digest('hex'), this.#byPiece.digest('hex')];
  }

  #hash(piece: Buffer): void {
    const isText = looksLikeText(piece.subarray(0, TEXT_TEST_BYTES));
    this.#isTextFile ??= isText;
    const folded = isText || this.#isTextFile ? foldLineEnds(piece) : piece;
    this.#byFile.update(this.#isTextFile ? folded : piece);
    this.#byPiece.update(isText ? folded : piece);
  }
}

function looksLikeText(block: Uint8Array): boolean {
  if (block.includes(0)) return false;
  let other = 0;
  for (const byte of block) other += TEXT[byte] === 1 ? 0 : 1;
  return other / Math.max(1, block.length) <= 0.3;
}

/** CRLF becomes LF; a CR at the end of a piece stays, whatever comes after it. */
function foldLineEnds(piece: Buffer): Buffer {
  if (piece.indexOf('\r\n') < 0) return piece;
  const folded = Buffer.allocUnsafe(piece.length);
  let length = 0;
  let from = 0;
  for (let at = piece.indexOf('\r\n'); at >= 0; at = piece.indexOf('\r\n', at + 2)) {
    length += piece.copy(folded, length, from, at);
    from = at + 1;
  }
  length += piece.copy(folded, length, from);
  return folded.subarray(0, length);
}
