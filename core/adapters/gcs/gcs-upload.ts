import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { File } from '@google-cloud/storage';
import type { ObjectContent } from '../../ports/store/object-store.ts';
import { sizedContent, wholeContent } from '../http/sized-content.ts';

/** Chosen: objects above this go up in chunks of this size, each of which is tried again by itself and held in memory. */
const CHUNK_BYTES = 16 * 1024 * 1024;

/**
 * Uploads an object, which appears whole at the end.
 *
 * @param isNew Only if there is none: else the error has status 412.
 * @throws Errors of the SDK as they are, and `RangeError` when the content has another size than it said.
 */
export async function uploadToGcs(file: File, content: ObjectContent, isNew: boolean): Promise<void> {
  const options = {
    metadata: { contentType: 'application/octet-stream' },
    ...(isNew ? { preconditionOpts: { ifGenerationMatch: 0 } } : {}),
  };
  if (content.sizeBytes <= CHUNK_BYTES) {
    await file.save(Buffer.from(await wholeContent(content)), { ...options, resumable: false });
    return;
  }
  const target = file.createWriteStream({ ...options, resumable: true, chunkSize: CHUNK_BYTES });
  await pipeline(Readable.from(sizedContent(content)), target);
}
