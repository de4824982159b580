import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import type { ObjectContent } from '../../ports/store/object-store.ts';

/** Target and method for a big object. */
interface MultipartTarget {
  readonly target: { readonly Bucket: string; readonly Key: string };
  readonly condition: { readonly IfNoneMatch?: string };
  readonly partBytes: number;
}

/** Parts in flight at once. Chosen: 4, which with parts of 16 MiB holds 64 MiB in memory. */
const PARALLEL_PARTS = 4;

/**
 * Uploads a big object in parts; the object appears whole at the end. Parts of an upload that fails are removed.
 *
 * @throws Errors of the SDK as they are, and `RangeError` when the content has another size than it said.
 */
export async function uploadInParts(client: S3Client, where: MultipartTarget, content: ObjectContent): Promise<void> {
  const sdk = await import('@aws-sdk/client-s3');
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(where.target));
  if (UploadId === undefined) throw new TypeError('the store gave no upload id');
  const upload = { ...where.target, UploadId };
  try {
    const Parts = await sendParts(client, upload, { content, partBytes: where.partBytes });
    const MultipartUpload = { Parts };
    await client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, ...where.condition, MultipartUpload }));
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

async function sendParts(
  client: S3Client,
  upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string },
  source: { readonly content: ObjectContent; readonly partBytes: number },
): Promise<CompletedPart[]> {
  const { UploadPartCommand } = await import('@aws-sdk/client-s3');
  const parts: CompletedPart[] = [];
  const inFlight = new Set<Promise<void>>();
  let total = 0;
  for await (const Body of inPieces(source.content.open(), source.partBytes)) {
    const PartNumber = parts.length + 1;
    const part: CompletedPart = { PartNumber };
    parts.push(part);
    total += Body.length;
    if (inFlight.size >= PARALLEL_PARTS) await Promise.race(inFlight);
    const sent = client.send(new UploadPartCommand({ ...upload, PartNumber, Body })).then(({ ETag }) => {
      part.ETag = ETag;
      inFlight.delete(sent);
    });
    inFlight.add(sent);
    // Awaited below; this keeps an early failure from being reported as unhandled meanwhile.
    sent.catch(() => undefined);
  }
  await Promise.all(inFlight);
  if (total !== source.content.sizeBytes) {
    throw new RangeError(`content yielded ${total} bytes instead of ${source.content.sizeBytes}`);
  }
  return parts;
}

/** The same bytes in pieces of exactly `pieceBytes`, the last one shorter. */
async function* inPieces(chunks: AsyncIterable<Uint8Array>, pieceBytes: number): AsyncIterable<Buffer> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (heldBytes + rest.length >= pieceBytes) {
      const taken = rest.subarray(0, pieceBytes - heldBytes);
      yield Buffer.concat([...held, taken]);
      rest = rest.subarray(taken.length);
      held = [];
      heldBytes = 0;
    }
    if (rest.length > 0) held.push(rest);
    heldBytes += rest.length;
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}
