import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ObjectContent } from '../../ports/object-store.ts';

/** The bytes of a file as content of a store. The size is taken now. */
export async function fileContent(file: string): Promise<ObjectContent> {
  const { size } = await stat(file);
  return { sizeBytes: size, open: () => createReadStream(file, { highWaterMark: 1 << 20 }) };
}
