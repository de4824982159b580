import { describe, expect, it } from 'vitest';
import type { ParquetChunk } from '../../../../core/adapters/duckdb/parquet-layout.ts';
import { ChunkPages, PageScratch } from '../../../../core/adapters/duckdb/parquet-values.ts';
import { decompressSnappy } from '../../../../core/adapters/duckdb/snappy.ts';

// Headers by hand, in Thrift's compact protocol: a byte of field and type, then the number twice as large.
const i32 = (value: number) => [0x15, 2 * value];
const dictionaryPage = (values: readonly number[]) => {
  const body = [...new Uint8Array(Int32Array.from(values).buffer)];
  return [...i32(2), ...i32(body.length), ...i32(body.length), 0x4c, ...i32(values.length), ...i32(0), 0, 0, ...body];
};
/** Of three bits an index, in one packed group of eight. */
const dataPage = (indexes: readonly number[], rows = indexes.length) => {
  let packed = 0;
  for (const [at, index] of indexes.entries()) packed += index * 8 ** at;
  const body = [3, 3, packed & 255, (packed >>> 8) & 255, (packed >>> 16) & 255];
  const own = [0x2c, ...i32(rows), ...i32(8), ...i32(3), ...i32(3), 0];
  return [...i32(0), ...i32(body.length), ...i32(body.length), ...own, 0, ...body];
};

function read(bytes: readonly number[], rows: number): readonly number[] {
  const chunk: ParquetChunk = {
    file: 'a.parquet',
    offset: 0,
    storedBytes: bytes.length,
    plainBytes: bytes.length,
    rows,
    type: 'INT32',
    unit: 'number',
    codec: 'UNCOMPRESSED',
    isOptional: false,
  };
  const pages = new ChunkPages(chunk, { bytes: Uint8Array.from(bytes), scratch: new PageScratch() });
  const values: number[] = [];
  for (let page = pages.next(); page !== null; page = pages.next()) {
    if (page.kind === 'numbers') values.push(...page.values);
  }
  return values;
}

describe('ChunkPages', () => {
  const dictionary = dictionaryPage([10, 20, -30]);

  it('reads pages one after the other by their dictionary', () => {
    expect(read([...dictionary, ...dataPage([0, 2, 1]), ...dataPage([1, 1])], 5)).toEqual([10, -30, 20, 20, 20]);
  });

  it.each([
    ['a value that is not in the dictionary', [...dictionary, ...dataPage([0, 3])], 2],
    ['a page without its dictionary', dataPage([0]), 1],
    ['more values than rows', [...dictionary, ...dataPage([0, 1, 2])], 2],
    ['fewer values than rows', [...dictionary, ...dataPage([0, 1])], 3],
    ['more values than the page has', [...dictionary, ...dataPage([0, 1], 9)], 9],
    ['a page that breaks off', [...dictionary, ...dataPage([0, 1])].slice(0, -1), 2],
    ['a header that breaks off', dictionary.slice(0, 5), 2],
    ['no bytes', [], 1],
  ])('refuses %s', (_, bytes, rows) => {
    expect(() => read(bytes, rows)).toThrow(RangeError);
  });
});

/** A number in Thrift's compact protocol, of any size. */
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
const large = (value: number) => [0x15, ...varint(2 * value)];
/** A page of which all values are missing, said by one run of zeros: a few bytes, whatever their number. */
const missingPage = (rows: number) => {
  const run = [...varint(rows * 2), 0];
  const body = [run.length, 0, 0, 0, ...run];
  const own = [0x2c, ...large(rows), ...i32(0), ...i32(3), ...i32(3), 0];
  return [...i32(0), ...i32(body.length), ...i32(body.length), ...own, 0, ...body];
};

describe('ChunkPages of missing values', () => {
  const pagesOf = (bytes: readonly number[], rows: number) => {
    const chunk = { file: 'a.parquet', offset: 0, storedBytes: bytes.length, plainBytes: bytes.length, rows } as const;
    const kind = { type: 'DOUBLE', unit: 'number', codec: 'UNCOMPRESSED', isOptional: true } as const;
    return new ChunkPages({ ...chunk, ...kind }, { bytes: Uint8Array.from(bytes), scratch: new PageScratch() });
  };

  it('takes as many as writers put into a group of rows', () => {
    const page = pagesOf(missingPage(2 ** 20), 2 ** 20).next();
    expect(page).toMatchObject({ kind: 'numbers', count: 2 ** 20 });
    expect(page?.kind === 'numbers' && page.values.every(Number.isNaN)).toBe(true);
  });

  it.each([2 ** 20 + 1, 2 ** 25, 2 ** 40])('refuses %i of them in a page of a few bytes', (rows) => {
    expect(missingPage(rows).length).toBeLessThan(40);
    expect(() => pagesOf(missingPage(rows), rows).next()).toThrow(RangeError);
  });
});

describe('decompressSnappy', () => {
  const decompress = (bytes: readonly number[], size: number) => {
    const target = new Uint8Array(size);
    decompressSnappy(Uint8Array.from(bytes), target);
    return [...target];
  };

  it('copies what came before, also what it is just writing', () => {
    // "ab", then 6 bytes from 2 back (one byte of distance), then 3 from 8 back (two bytes), 2 from 1 back (four bytes).
    const block = [13, 0x04, 97, 98, 0x01 | (2 << 2), 2, 0x02 | (2 << 2), 8, 0, 0x03 | (1 << 2), 1, 0, 0, 0];
    expect(String.fromCharCode(...decompress(block, 13))).toBe('ababababababb'.slice(0, 11).concat('aa'));
  });

  it('takes lengths of literals of one to four bytes', () => {
    const bytes = Array.from({ length: 70 }, (_, i) => i);
    for (const size of [1, 2, 3, 4]) {
      const length = [69, 0, 0, 0].slice(0, size);
      expect(decompress([70, (59 + size) << 2, ...length, ...bytes], 70)).toEqual(bytes);
    }
  });

  it.each([
    ['a copy from before the beginning', [4, 0x00, 97, 0x02 | (2 << 2), 2, 0], 4],
    ['a copy from no distance', [4, 0x00, 97, 0x02 | (2 << 2), 0, 0], 4],
    ['a copy beyond the end', [4, 0x00, 97, 0x02 | (3 << 2), 1, 0], 4],
    ['a literal beyond the block', [4, 0x0c, 97, 98], 4],
    ['a literal beyond the end', [1, 0x04, 97, 98], 1],
    ['another length than expected', [2, 0x04, 97, 98], 3],
    ['fewer bytes than it says', [3, 0x04, 97, 98], 3],
    ['a distance that breaks off', [4, 0x00, 97, 0x02 | (2 << 2), 1], 4],
    ['no bytes', [], 1],
  ])('refuses %s', (_, bytes, size) => {
    expect(() => decompress(bytes, size)).toThrow(RangeError);
  });
});
