/** As many bits as a number may have, so that it lies within four bytes wherever it begins. */
const MOST_BITS = 24;

/** The length of a run has 28 bits at most: pages are far shorter. */
const MOST_SHIFT = 21;

/**
 * Small whole numbers as runs and packed bits (apache/parquet-format, RLE / bit-packing hybrid). Runs are often short, so
 * that nothing is made for any of them.
 *
 * @param width Bits of a number, up to 24.
 * @param target Where they are written; as many as it is long.
 * @throws {RangeError} For bytes that end before.
 */
export function unpackNumbers(bytes: Uint8Array, width: number, target: Int32Array): void {
  if (width > MOST_BITS) throw new RangeError(`numbers of ${width} bits`);
  const mask = 2 ** width - 1;
  const isWithinByte = 8 % width === 0;
  const all = target.length;
  let at = 0;
  let to = 0;
  while (to < all) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > MOST_SHIFT) throw new RangeError('packed numbers break off');
      head |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const isRun = (head & 1) === 0;
    const length = isRun ? head >>> 1 : (head >>> 1) * 8;
    const end = Math.min(all, to + length);
    const stored = isRun ? (width + 7) >>> 3 : ((end - to) * width + 7) >>> 3;
    if (at + stored > bytes.length) throw new RangeError('packed numbers break off');
    if (isRun) {
      const value = wordAt(bytes, at) & mask;
      for (; to < end; to++) target[to] = value;
      at += stored;
      continue;
    }
    for (let bit = 0; to < end; to++, bit += width) {
      const byte = at + (bit >>> 3);
      target[to] = ((isWithinByte ? (bytes[byte] ?? 0) : wordAt(bytes, byte)) >>> (bit & 7)) & mask;
    }
    at += (length >>> 3) * width;
  }
}

/** Whether one run of 1 is all that there is: the usual way to say that no value is missing. */
export function isRunOfOnes(bytes: Uint8Array, count: number): boolean {
  let [at, head] = [0, 0];
  for (let shift = 0; shift <= MOST_SHIFT; shift += 7) {
    const byte = bytes[at++] ?? 0;
    head |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return (head & 1) === 0 && head >>> 1 >= count && bytes[at] === 1;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
