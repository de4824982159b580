/**
 * The bytes of a raw Snappy block (google/snappy, format_description.txt).
 *
 * @param target Where they are written; as long as they are.
 * @throws {RangeError} For a block that breaks off, or holds another number of bytes.
 */
export function decompressSnappy(source: Uint8Array, target: Uint8Array): void {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = source[at++] ?? broken();
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
    if (shift > 28) broken();
  }
  if (size !== target.length) broken();
  let to = 0;
  while (at < source.length) {
    const tag = source[at++] ?? 0;
    if ((tag & 3) === 0) {
      const given = (tag >>> 2) - 59;
      const length = given <= 0 ? (tag >>> 2) + 1 : littleEndian(source, at, given) + 1;
      at += Math.max(0, given);
      if (at + length > source.length || to + length > size) broken();
      target.set(source.subarray(at, at + length), to);
      at += length;
      to += length;
      continue;
    }
    const isShort = (tag & 3) === 1;
    const length = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const width = isShort ? 1 : (tag & 3) === 2 ? 2 : 4;
    const back = littleEndian(source, at, width) + (isShort ? (tag >>> 5) << 8 : 0);
    at += width;
    if (back === 0 || back > to || to + length > size) broken();
    copyWithin(target, { to, back, length });
    to += length;
  }
  if (to !== size) broken();
}

/** Bytes that overlap with what they are copied to repeat. */
function copyWithin(
  target: Uint8Array,
  { to, back, length }: { readonly to: number; readonly back: number; readonly length: number },
): void {
  for (let i = to; i < to + length; i++) target[i] = target[i - back] ?? 0;
}

function littleEndian(bytes: Uint8Array, at: number, width: number): number {
  if (at + width > bytes.length) broken();
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function broken(): never {
  throw new RangeError('a compressed block is broken');
}
