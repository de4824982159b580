import { type FileHandle, open } from 'node:fs/promises';
import type { TableBatch } from '../../domain/table/table.ts';
import type { ParquetChunk, ParquetColumn } from './parquet-layout.ts';
import { ChunkPages, PageScratch, type PageValues } from './parquet-values.ts';

/** Chosen: files of which the size was written without the header of their dictionary's page. */
const SLACK_BYTES = 256;

/** Batches of columns of equally many rows, read without the engine. Two sets of arrays take turns. */
export async function* readParquet(columns: readonly ParquetColumn[], batchRows: number): AsyncIterable<TableBatch> {
  const rows = columns[0]?.rows ?? 0;
  const sets = [0, 1].map(() => columns.map(() => new Float64Array(Math.min(batchRows, rows))));
  const cursors = columns.map((column) => new ColumnCursor(column));
  try {
    for (let from = 0, turn = 0; from < rows; from += batchRows, turn = 1 - turn) {
      const count = Math.min(batchRows, rows - from);
      const arrays = (sets[turn] ?? []).map((values) => values.subarray(0, count));
      for (const [at, cursor] of cursors.entries()) await cursor.fill(arrays[at] ?? new Float64Array(0));
      yield { rows: count, columns: arrays.map((values) => ({ kind: 'numeric', values })) };
    }
  } finally {
    await Promise.allSettled(cursors.map((cursor) => cursor.end()));
  }
}

/** The values of a column in the order of its rows. The next group of rows is read while one is worked on. */
class ColumnCursor {
  readonly #chunks: IterableIterator<ParquetChunk>;
  readonly #source = new ChunkSource();
  readonly #scratch = new PageScratch();
  #next: Promise<ChunkPages | null>;
  #pages: ChunkPages | null = null;
  #page: PageValues | null = null;
  /** Values of the page that were handed out. */
  #used = 0;

  constructor({ chunks }: ParquetColumn) {
    this.#chunks = chunks.values();
    this.#next = this.#readNext();
  }

  /** @throws {RangeError} For pages that are broken. */
  async fill(target: Float64Array): Promise<void> {
    for (let to = 0; to < target.length; ) {
      if (this.#page === null || this.#used === this.#page.count) {
        await this.#turn();
        continue;
      }
      const count = Math.min(target.length - to, this.#page.count - this.#used);
      copyValues(this.#page, this.#used, target.subarray(to, to + count));
      this.#used += count;
      to += count;
    }
  }

  /** Waits for what is being read. */
  async end(): Promise<void> {
    await this.#next.catch(() => {});
    await this.#source.close();
  }

  async #turn(): Promise<void> {
    this.#used = 0;
    this.#page = this.#pages?.next() ?? null;
    if (this.#page !== null) return;
    this.#pages = await this.#next;
    if (this.#pages === null) throw new RangeError('fewer values than rows');
    this.#next = this.#readNext();
  }

  #readNext(): Promise<ChunkPages | null> {
    const { value: chunk } = this.#chunks.next();
    const promise = chunk === undefined ? Promise.resolve(null) : this.#pagesOf(chunk);
    // Nobody may be waiting for it yet.
    promise.catch(() => {});
    return promise;
  }

  async #pagesOf(chunk: ParquetChunk): Promise<ChunkPages> {
    return new ChunkPages(chunk, { bytes: await this.#source.read(chunk), scratch: this.#scratch });
  }
}

function copyValues(page: PageValues, from: number, target: Float64Array): void {
  if (page.kind === 'numbers') {
    target.set(page.values.subarray(from, from + target.length));
    return;
  }
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  bytes.set(page.bytes.subarray(from * 8, (from + target.length) * 8));
}

/** Reads groups of rows, one after the other; two sets of bytes take turns. */
class ChunkSource {
  #open: { readonly file: string; readonly handle: FileHandle } | undefined;
  #buffers: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];

  async read({ file, offset, storedBytes }: ParquetChunk): Promise<Uint8Array> {
    const handle = await this.#handleOf(file);
    const wanted = storedBytes + SLACK_BYTES;
    const [spare, last] = this.#buffers;
    const buffer = spare.length < wanted ? new Uint8Array(wanted) : spare;
    this.#buffers = [last, buffer];
    let length = 0;
    for (let bytesRead = -1; bytesRead !== 0 && length < wanted; length += bytesRead) {
      ({ bytesRead } = await handle.read(buffer, length, wanted - length, offset + length));
    }
    return buffer.subarray(0, length);
  }

  async close(): Promise<void> {
    await this.#open?.handle.close();
    this.#open = undefined;
  }

  async #handleOf(file: string): Promise<FileHandle> {
    if (this.#open?.file === file) return this.#open.handle;
    await this.close();
    this.#open = { file, handle: await open(file) };
    return this.#open.handle;
  }
}
