import type { ObjectContent } from '../../ports/store/object-store.ts';

/**
 * The bytes of content, which end in an error unless they are as many as it said: an upload that reads them then fails
 * before it is complete.
 *
 * @throws {RangeError} While reading.
 */
export async function* sizedContent(content: ObjectContent): AsyncIterable<Uint8Array> {
  let total = 0;
  for await (const chunk of content.open()) {
    total += chunk.length;
    if (total > content.sizeBytes) break;
    yield chunk;
  }
  if (total !== content.sizeBytes) {
    const found = total > content.sizeBytes ? `${total} bytes or more` : `${total} bytes`;
    throw new RangeError(`content yielded ${found} instead of ${content.sizeBytes}`);
  }
}

/** All bytes of content, in memory. @throws {RangeError} For another number of bytes than it said. */
export async function wholeContent(content: ObjectContent): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(sizedContent(content)));
}
