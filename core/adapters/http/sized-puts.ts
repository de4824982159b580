import { ByteBudget } from '../../async/byte-budget.ts';
import type { ObjectContent } from '../../ports/store/object-store.ts';
import { wholeContent } from './sized-content.ts';

/** Chosen: objects above this go up in pieces. */
const ONE_REQUEST_BYTES = 16 * 1024 * 1024;
/** Chosen: what is read from disk and not yet sent; one object in pieces takes all of it. */
const UPLOAD_BYTES = 48 * 1024 * 1024;

/** The two ways in which a remote stores an object. */
export interface PutWays {
  /** All bytes in one request. */
  readonly whole: (bytes: Uint8Array) => Promise<void>;
  /** In pieces, for objects above 16 MiB. */
  readonly inPieces: () => Promise<void>;
}

/** Uploads of a remote: small objects in one request, large ones in pieces, and never more in memory than 48 MiB. */
export class SizedPuts {
  readonly #budget = new ByteBudget(UPLOAD_BYTES);

  /** @throws {RangeError} For another number of bytes than the content said. */
  async put(content: ObjectContent, { whole, inPieces }: PutWays): Promise<void> {
    const { bytes, sizeBytes } = content;
    if (sizeBytes > ONE_REQUEST_BYTES) return this.#budget.run(UPLOAD_BYTES, inPieces);
    if (bytes === undefined) return this.#budget.run(sizeBytes, async () => whole(await wholeContent(content)));
    if (bytes.length !== sizeBytes)
      throw new RangeError(`content yielded ${bytes.length} bytes instead of ${sizeBytes}`);
    return whole(bytes);
  }
}
