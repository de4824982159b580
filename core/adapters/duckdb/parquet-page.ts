/** What a page of a Parquet file says of itself (apache/parquet-format, PageHeader). */
export interface PageHeader {
  readonly kind: 'data' | 'data-v2' | 'dictionary' | 'other';
  /** Bytes of the page after this header, as they are in the file and as they are decompressed. */
  readonly storedBytes: number;
  readonly plainBytes: number;
  /** With missing ones. */
  readonly values: number;
  readonly encoding: number;
  /** Of version 2: bytes before the values that say which are missing, and whether the values are compressed. */
  readonly levelBytes: number;
  readonly isCompressed: boolean;
  /** Bytes of this header. */
  readonly length: number;
}

type Fields = ReadonlyMap<number, number | Fields>;

const KINDS = ['data', 'other', 'dictionary', 'data-v2'] as const;
/** Where a header has that of its kind of page, by kind. */
const OWN_FIELDS = { data: 5, other: 6, dictionary: 7, 'data-v2': 8 } as const;

/**
 * Reads the header of a page.
 *
 * @throws {RangeError} For bytes that are none.
 */
export function readPageHeader(bytes: Uint8Array, at: number): PageHeader {
  const reader = new CompactReader(bytes, at);
  const fields = reader.struct(0);
  const kind = KINDS[numberOf(fields, 1)] ?? 'other';
  const own = fields.get(OWN_FIELDS[kind]);
  const inner: Fields = typeof own === 'object' ? own : new Map();
  const isSecond = kind === 'data-v2';
  return {
    kind,
    plainBytes: numberOf(fields, 2),
    storedBytes: numberOf(fields, 3),
    values: numberOf(inner, 1),
    encoding: kind === 'other' ? 0 : numberOf(inner, isSecond ? 4 : 2),
    levelBytes: isSecond ? numberOf(inner, 5) + numberOf(inner, 6) : 0,
    isCompressed: inner.get(7) !== 0 || !isSecond,
    length: reader.at - at,
  };
}

function numberOf(fields: Fields, id: number): number {
  const value = fields.get(id);
  return typeof value === 'number' && value >= 0 ? value : broken();
}

/** Chosen: deeper than any page header. */
const MOST_DEPTH = 8;

/** Thrift's compact protocol, as far as headers of pages go. */
class CompactReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** Whole numbers, truth values as 0 and 1, and structures by the number of the field; all else is passed over. */
  struct(depth: number): Fields {
    if (depth > MOST_DEPTH) broken();
    const fields = new Map<number, number | Fields>();
    let id = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return fields;
      const step = head >>> 4;
      id = step === 0 ? this.#integer() : id + step;
      const value = this.#value(head & 15, depth);
      if (value !== undefined) fields.set(id, value);
    }
  }

  #value(type: number, depth: number): number | Fields | undefined {
    if (type === 1 || type === 2) return type === 1 ? 1 : 0;
    if (type === 3) return this.#byte();
    if (type >= 4 && type <= 6) return this.#integer();
    if (type === 7) return this.#skip(8);
    if (type === 8) return this.#skip(this.#varint());
    if (type === 12) return this.struct(depth + 1);
    if (type !== 9 && type !== 10) return broken();
    const head = this.#byte();
    const size = head >>> 4 === 15 ? this.#varint() : head >>> 4;
    for (let i = 0; i < size; i++) this.#element(head & 15, depth);
    return undefined;
  }

  /** Truth values in lists are bytes. */
  #element(type: number, depth: number): void {
    if (type === 1 || type === 2) this.#byte();
    else this.#value(type, depth);
  }

  #skip(bytes: number): undefined {
    this.at += bytes;
    if (this.at > this.#bytes.length) broken();
  }

  #integer(): number {
    const coded = this.#varint();
    return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return broken();
  }

  #byte(): number {
    return this.#bytes[this.at++] ?? broken();
  }
}

function broken(): never {
  throw new RangeError('the header of a page is broken');
}
