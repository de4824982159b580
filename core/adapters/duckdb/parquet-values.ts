import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { isRunOfOnes, unpackNumbers } from './packed-numbers.ts';
import { MOST_GROUP_ROWS, type ParquetChunk, type PlainCodec, type PlainUnit } from './parquet-layout.ts';
import { type PageHeader, readPageHeader } from './parquet-page.ts';
import { decompressSnappy } from './snappy.ts';

/** Values of a page: as the bytes of doubles, or as numbers. */
export type PageValues =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly count: number }
  | { readonly kind: 'numbers'; readonly values: Float64Array; readonly count: number };

const PLAIN = 0;
const RLE = 3;
const DICTIONARIES: readonly number[] = [2, 8];
const SIZES = { DOUBLE: 8, FLOAT: 4, INT32: 4, INT64: 8, BOOLEAN: 1 / 8 } as const;

/** Arrays that are used again for each page, as long as the longest. */
export class PageScratch {
  #bytes = new Uint8Array(0);
  #flags = new Int32Array(0);
  #indexes = new Int32Array(0);
  #numbers = new Float64Array(0);

  bytes(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length);
    return this.#bytes.subarray(0, length);
  }

  flags(length: number): Int32Array {
    if (this.#flags.length < length) this.#flags = new Int32Array(length);
    return this.#flags.subarray(0, length);
  }

  indexes(length: number): Int32Array {
    if (this.#indexes.length < length) this.#indexes = new Int32Array(length);
    return this.#indexes.subarray(0, length);
  }

  numbers(length: number): Float64Array {
    if (this.#numbers.length < length) this.#numbers = new Float64Array(length);
    return this.#numbers.subarray(0, length);
  }
}

/** The pages of a column within a group of rows, one after the other. */
export class ChunkPages {
  readonly #chunk: ParquetChunk;
  readonly #bytes: Uint8Array;
  readonly #scratch: PageScratch;
  #at = 0;
  #rows = 0;
  #dictionary: Float64Array = new Float64Array(0);

  /** @param bytes All of its pages. */
  constructor(chunk: ParquetChunk, { bytes, scratch }: { readonly bytes: Uint8Array; readonly scratch: PageScratch }) {
    this.#chunk = chunk;
    this.#scratch = scratch;
    this.#bytes = bytes;
  }

  /**
   * The values of the next page; null when all rows were read. They are valid until the next call.
   *
   * @throws {RangeError} For a page that breaks off, or is coded otherwise than the file says.
   */
  next(): PageValues | null {
    while (this.#rows < this.#chunk.rows) {
      const header = readPageHeader(this.#bytes, this.#at);
      const from = this.#at + header.length;
      this.#at = from + header.storedBytes;
      if (this.#at > this.#bytes.length) throw new RangeError('a page breaks off');
      if (header.kind === 'other') continue;
      const page = this.#plain(header, this.#bytes.subarray(from, this.#at));
      if (header.kind === 'dictionary') {
        this.#dictionary = plainNumbers(page, this.#chunk, header.values);
        continue;
      }
      if (header.values > MOST_GROUP_ROWS) throw new RangeError('more values than a page may have');
      this.#rows += header.values;
      if (this.#rows > this.#chunk.rows) throw new RangeError('more values than rows');
      if (header.values > 0) return this.#valuesOf(header, page);
    }
    return null;
  }

  #plain({ plainBytes, levelBytes, isCompressed }: PageHeader, stored: Uint8Array): Uint8Array {
    const { codec } = this.#chunk;
    if (codec === 'UNCOMPRESSED' || !isCompressed) return stored;
    if (plainBytes > this.#chunk.plainBytes) throw new RangeError('a page is larger than its column');
    const target = this.#scratch.bytes(plainBytes);
    if (levelBytes > stored.length || levelBytes > plainBytes) throw new RangeError('a page breaks off');
    target.set(stored.subarray(0, levelBytes));
    decompress(codec, stored.subarray(levelBytes), target.subarray(levelBytes));
    return target;
  }

  #valuesOf(header: PageHeader, page: Uint8Array): PageValues {
    const { levels, values } = this.#split(header, page);
    const count = header.values;
    const there = levels === null ? null : this.#present(levels, count);
    const present = there === null ? count : there.reduce((sum, one) => sum + one, 0);
    if (there === null && header.encoding === PLAIN && this.#chunk.type === 'DOUBLE') {
      if (values.length < count * SIZES.DOUBLE) throw new RangeError('a page breaks off');
      return { kind: 'bytes', bytes: values, count };
    }
    const numbers = this.#numbers(values, header.encoding, present);
    return { kind: 'numbers', values: there === null ? numbers : spread(numbers, there), count };
  }

  /** 1 for each value that is there; null where none is missing. */
  #present(levels: Uint8Array, count: number): Int32Array | null {
    if (isRunOfOnes(levels, count)) return null;
    const flags = this.#scratch.flags(count);
    unpackNumbers(levels, 1, flags);
    return flags.includes(0) ? flags : null;
  }

  /** What says which values are missing, and the values. */
  #split({ kind, levelBytes }: PageHeader, page: Uint8Array) {
    if (!this.#chunk.isOptional) return { levels: null, values: page.subarray(levelBytes) };
    if (kind === 'data-v2') return { levels: page.subarray(0, levelBytes), values: page.subarray(levelBytes) };
    const size = new DataView(page.buffer, page.byteOffset, page.length).getUint32(0, true);
    if (4 + size > page.length) throw new RangeError('a page breaks off');
    return { levels: page.subarray(4, 4 + size), values: page.subarray(4 + size) };
  }

  #numbers(bytes: Uint8Array, encoding: number, count: number): Float64Array {
    const { type } = this.#chunk;
    if (encoding === PLAIN) return plainNumbers(bytes, this.#chunk, count);
    if (encoding === RLE && type === 'BOOLEAN') {
      const flags = this.#scratch.indexes(count);
      unpackNumbers(bytes.subarray(4), 1, flags);
      return Float64Array.from(flags);
    }
    if (!DICTIONARIES.includes(encoding)) throw new RangeError(`values are coded by method ${encoding}`);
    const indexes = this.#scratch.indexes(count);
    if (count > 0) unpackNumbers(bytes.subarray(1), bytes[0] ?? 0, indexes);
    return lookUp(this.#dictionary, indexes, this.#scratch.numbers(count));
  }
}

function decompress(codec: PlainCodec, stored: Uint8Array, target: Uint8Array): void {
  if (codec === 'SNAPPY') {
    decompressSnappy(stored, target);
    return;
  }
  const limit = { maxOutputLength: Math.max(1, target.length) };
  const plain = codec === 'GZIP' ? gunzipSync(stored, limit) : zstdDecompressSync(stored, limit);
  if (plain.length !== target.length) throw new RangeError('a compressed page has another length than it says');
  target.set(plain);
}

function spread(values: Float64Array, there: Int32Array): Float64Array {
  const all = new Float64Array(there.length).fill(Number.NaN);
  for (let i = 0, from = 0; i < all.length; i++) if (there[i] === 1) all[i] = values[from++] ?? Number.NaN;
  return all;
}

function lookUp(dictionary: Float64Array, indexes: Int32Array, values: Float64Array): Float64Array {
  const size = dictionary.length;
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] ?? 0;
    if (index >= size) throw new RangeError('a value that is not in the dictionary');
    values[i] = dictionary[index] ?? 0;
  }
  return values;
}

function plainNumbers(bytes: Uint8Array, { type, unit }: ParquetChunk, count: number): Float64Array {
  const length = Math.ceil(count * SIZES[type]);
  if (bytes.length < length) throw new RangeError('a page breaks off');
  // A copy, since values begin anywhere in a page.
  const { buffer } = Uint8Array.from(bytes.subarray(0, length));
  if (type === 'DOUBLE') return new Float64Array(buffer);
  if (type === 'FLOAT') return new Float64Array(new Float32Array(buffer));
  if (type === 'INT32') return inMilliseconds(new Float64Array(new Int32Array(buffer)), unit);
  const values = new Float64Array(count);
  if (type === 'INT64') {
    const [high, low] = [new Int32Array(buffer), new Uint32Array(buffer)];
    // Rounded once, as the engine does.
    for (let i = 0; i < count; i++) values[i] = (high[2 * i + 1] ?? 0) * 2 ** 32 + (low[2 * i] ?? 0);
    return unit === 'microsecond' ? fromMicroseconds(values, new BigInt64Array(buffer)) : values;
  }
  for (let i = 0; i < count; i++) values[i] = ((bytes[i >>> 3] ?? 0) >>> (i & 7)) & 1;
  return values;
}

const DAY_MS = 86_400_000;
/** The engine's days and microseconds without end. */
const ENDLESS_DAYS = 2 ** 31 - 1;
const ENDLESS = 2n ** 63n - 1n;

/** Days as milliseconds. */
function inMilliseconds(values: Float64Array, unit: PlainUnit): Float64Array {
  if (unit === 'number') return values;
  if (unit !== 'day') throw new RangeError('times of 32 bits');
  return values.map((days) => (Math.abs(days) === ENDLESS_DAYS ? Number.NaN : days * DAY_MS));
}

/**
 * Milliseconds, towards 1970 where there is a part of one. Times without end are missing.
 *
 * @param exact The same microseconds, of which some are too far away for a double.
 */
function fromMicroseconds(values: Float64Array, exact: BigInt64Array): Float64Array {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    // 0 rather than -0.
    if (Number.isSafeInteger(value)) values[i] = Math.trunc(value / 1000) || 0;
    else {
      const time = exact[i] ?? 0n;
      values[i] = time === ENDLESS || time === -ENDLESS ? Number.NaN : Number(time / 1000n);
    }
  }
  return values;
}
