/**
 * Small whole numbers as runs and packed bits (apache/parquet-format, RLE / bit-packing hybrid).
 *
 * @param width Bits of a number, up to 24.
 * @param target Where they are written; as many as it is long.
 * @throws {RangeError} For bytes that end before.
 */
export function unpackNumbers(bytes: Uint8Array, width: number, target: Int32Array): void {
  if (width > 24) throw new RangeError(`numbers of ${width} bits`);
  let [at, to] = [0, 0];
  while (to < target.length) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) throw new RangeError('packed numbers break off');
      head += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const count = Math.min(target.length - to, head % 2 === 0 ? head / 2 : ((head - 1) / 2) * 8);
    const stored = head % 2 === 0 ? Math.ceil(width / 8) : Math.ceil((count * width) / 8);
    if (at + stored > bytes.length) throw new RangeError('packed numbers break off');
    if (head % 2 === 0) target.fill(wordAt(bytes, at) & (2 ** width - 1), to, to + count);
    else unpackBits(bytes.subarray(at, at + stored), width, target.subarray(to, to + count));
    at += head % 2 === 0 ? stored : ((head - 1) / 2) * width;
    to += count;
  }
}

/** Whether one run of 1 is all that there is: the usual way to say that no value is missing. */
export function isRunOfOnes(bytes: Uint8Array, count: number): boolean {
  let [at, head] = [0, 0];
  for (let shift = 0; shift <= 28; shift += 7) {
    const byte = bytes[at++] ?? 0;
    head += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return head % 2 === 0 && head / 2 >= count && bytes[at] === 1;
}

function unpackBits(bytes: Uint8Array, width: number, target: Int32Array): void {
  if (width === 1) {
    unpackFlags(bytes, target);
    return;
  }
  const mask = 2 ** width - 1;
  for (let i = 0, bit = 0; i < target.length; i++, bit += width) {
    target[i] = (wordAt(bytes, bit >>> 3) >>> (bit & 7)) & mask;
  }
}

/** Eight at a time. */
function unpackFlags(bytes: Uint8Array, target: Int32Array): void {
  const whole = target.length >>> 3;
  for (let at = 0; at < whole; at++) {
    const byte = bytes[at] ?? 0;
    const to = at * 8;
    target[to] = byte & 1;
    target[to + 1] = (byte >>> 1) & 1;
    target[to + 2] = (byte >>> 2) & 1;
    target[to + 3] = (byte >>> 3) & 1;
    target[to + 4] = (byte >>> 4) & 1;
    target[to + 5] = (byte >>> 5) & 1;
    target[to + 6] = (byte >>> 6) & 1;
    target[to + 7] = byte >>> 7;
  }
  for (let i = whole * 8; i < target.length; i++) target[i] = ((bytes[i >>> 3] ?? 0) >>> (i & 7)) & 1;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
