import { closeSync, createReadStream, fstatSync, openSync, readFileSync } from 'node:fs';
import { oneChunk } from '../../async/one-chunk.ts';
import type { ObjectContent } from '../../ports/store/object-store.ts';

/** Chosen: a file up to this is read at once, which costs a fraction of a stream; many may be on their way. */
const WHOLE_BYTES = 256 * 1024;
const CHUNK_BYTES = 1 << 20;

/** The bytes of a file as content of a store. A small file is read now, of a large one the size is taken. */
export async function fileContent(file: string): Promise<ObjectContent> {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > WHOLE_BYTES)
      return { sizeBytes: size, open: () => createReadStream(file, { highWaterMark: CHUNK_BYTES }) };
    const bytes = readFileSync(descriptor);
    return { sizeBytes: bytes.length, bytes, open: () => oneChunk(bytes) };
  } finally {
    closeSync(descriptor);
  }
}
