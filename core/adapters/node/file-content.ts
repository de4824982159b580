import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { ObjectContent } from '../../ports/object-store.ts';

/** Chosen: a file up to this is read by one call, which costs a fraction of a stream. */
const WHOLE_BYTES = 1 << 20;

/** The bytes of a file as content of a store. The size is taken now. */
export async function fileContent(file: string): Promise<ObjectContent> {
  const { size } = statSync(file);
  return { sizeBytes: size, open: () => readFile(file, size) };
}

async function* readFile(file: string, sizeBytes: number): AsyncIterable<Uint8Array> {
  if (sizeBytes <= WHOLE_BYTES) yield readFileSync(file);
  else yield* createReadStream(file, { highWaterMark: 1 << 20 });
}
