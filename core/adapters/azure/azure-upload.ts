import { Readable } from 'node:stream';
import type { BlockBlobClient } from '@azure/storage-blob';
import type { ObjectContent } from '../../ports/store/object-store.ts';
import { sizedContent, wholeContent } from '../http/sized-content.ts';

/** Chosen: blobs above this go up in blocks of this size; 50,000 blocks of it are 780 GiB. */
const BLOCK_BYTES = 16 * 1024 * 1024;
/** Chosen: with blocks of 16 MiB it holds 64 MiB in memory. */
const PARALLEL_BLOCKS = 4;

/**
 * Uploads a blob, which appears whole at the end.
 *
 * @param isNew Only if there is none.
 * @throws Errors of the SDK as they are, and `RangeError` when the content has another size than it said.
 */
export async function uploadToAzure(blob: BlockBlobClient, content: ObjectContent, isNew: boolean): Promise<void> {
  const options = isNew ? { conditions: { ifNoneMatch: '*' } } : {};
  if (content.sizeBytes <= BLOCK_BYTES) {
    const body = await wholeContent(content);
    await blob.upload(body, body.length, options);
    return;
  }
  await blob.uploadStream(Readable.from(sizedContent(content)), BLOCK_BYTES, PARALLEL_BLOCKS, options);
}
