import type { ByteSink, PartSink } from '../../ports/data/byte-sink.ts';
import type { ObjectContent } from '../../ports/store/object-store.ts';
import type { TransferProgress } from './transfer-progress.ts';

/** A sink that tells of the parts of a large object as they come. */
export class CountedSink implements ByteSink {
  /** Bytes that were told of. */
  counted = 0;
  readonly #sink: ByteSink;
  readonly #progress: TransferProgress;

  constructor(sink: ByteSink, progress: TransferProgress) {
    this.#sink = sink;
    this.#progress = progress;
  }

  begin(sizeBytes: number | undefined): void {
    this.#sink.begin(sizeBytes);
  }

  write(chunk: Uint8Array): void {
    this.#sink.write(chunk);
  }

  beginParts(sizeBytes: number): PartSink {
    const parts = this.#sink.beginParts(sizeBytes);
    return {
      partBytes: parts.partBytes,
      buffer: () => parts.buffer(),
      put: (index, bytes) => {
        this.counted += bytes.length;
        this.#progress.part(bytes.length);
        return parts.put(index, bytes);
      },
    };
  }
}

/** Content that tells of its bytes as they are taken, where they are not in memory already. */
export class CountedContent implements ObjectContent {
  readonly sizeBytes: number;
  readonly bytes?: Uint8Array;
  /** Bytes that were told of. */
  counted = 0;
  readonly #content: ObjectContent;
  readonly #progress: TransferProgress;

  constructor(content: ObjectContent, progress: TransferProgress) {
    this.sizeBytes = content.sizeBytes;
    if (content.bytes !== undefined) this.bytes = content.bytes;
    this.#content = content;
    this.#progress = progress;
  }

  async *open(): AsyncIterable<Uint8Array> {
    for await (const chunk of this.#content.open()) {
      yield chunk;
      this.counted += chunk.length;
      this.#progress.part(chunk.length);
    }
  }
}
