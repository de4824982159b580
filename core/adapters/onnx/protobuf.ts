/** A field of a protocol buffer message: where it is in the bytes, and what it holds. */
export interface Field {
  readonly number: number;
  /** 0 a number, 1 eight bytes, 2 bytes with a length, 5 four bytes. */
  readonly wireType: number;
  /** The whole field, its key included. */
  readonly start: number;
  readonly end: number;
  /** The content of bytes with a length. */
  readonly content: Uint8Array;
  /** The value of a number. */
  readonly value: number;
}

/**
 * The fields of a message, in order.
 *
 * @throws {RangeError} For bytes that are not a message.
 */
export function readFields(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const key = readVarint(bytes, at);
    at = key.end;
    const wireType = key.value % 8;
    let content = bytes.subarray(0, 0);
    let value = 0;
    if (wireType === 0) ({ value, end: at } = readVarint(bytes, at));
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else if (wireType === 2) {
      const length = readVarint(bytes, at);
      content = bytes.subarray(length.end, length.end + length.value);
      at = length.end + length.value;
    } else throw new RangeError('no protocol buffer message');
    if (at > bytes.length) throw new RangeError('a protocol buffer message breaks off');
    fields.push({ number: Math.floor(key.value / 8), wireType, start, end: at, content, value });
  }
  return fields;
}

function readVarint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = from, scale = 1; at < from + 10; at++, scale *= 128) {
    const byte = bytes[at];
    if (byte === undefined) throw new RangeError('a protocol buffer message breaks off');
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError('no protocol buffer message');
}

/** A field of bytes with a length. */
export function writeField(number: number, content: Uint8Array): Uint8Array {
  return joinBytes([writeVarint(number * 8 + 2), writeVarint(content.length), content]);
}

/** A field that holds a number. */
export function writeNumber(number: number, value: number): Uint8Array {
  return joinBytes([writeVarint(number * 8), writeVarint(value)]);
}

function writeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

/** One array of all parts. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
