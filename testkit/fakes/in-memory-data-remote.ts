import { assertObjectKey } from '../../core/domain/model/object-key.ts';
import { compareCodePoints } from '../../core/domain/text/compare-code-points.ts';
import type { ByteSink, PartSink } from '../../core/ports/data/byte-sink.ts';
import type { DataRemote } from '../../core/ports/data/data-remote.ts';
import type { ObjectContent, ObjectEntry } from '../../core/ports/store/object-store.ts';

const PAGE_KEYS = 1000;

/** A remote in memory. `objects` may be read and changed by a test. */
export class InMemoryDataRemote implements DataRemote {
  readonly uri = 'memory://remote';
  readonly jobs = 4;
  readonly objects = new Map<string, Uint8Array>();

  async read(key: string, sink: ByteSink): Promise<boolean> {
    const bytes = this.objects.get(assertObjectKey(key));
    if (bytes === undefined) return false;
    sink.begin(bytes.length);
    sink.write(bytes);
    return true;
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const bytes = this.objects.get(assertObjectKey(key));
    return bytes === undefined ? undefined : { key, sizeBytes: bytes.length };
  }

  async put(key: string, content: ObjectContent): Promise<void> {
    assertObjectKey(key);
    const chunks: Uint8Array[] = [];
    for await (const chunk of content.open()) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length !== content.sizeBytes) throw new RangeError(`content yielded ${bytes.length} bytes`);
    this.objects.set(key, bytes);
  }

  async *listPages(prefix: string): AsyncIterable<readonly string[]> {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareCodePoints);
    for (let at = 0; at < keys.length; at += PAGE_KEYS) yield keys.slice(at, at + PAGE_KEYS);
  }
}

/** Keeps the bytes of one object in memory. */
export class InMemoryByteSink implements ByteSink {
  static readonly #PART_BYTES = 1 << 20;
  #chunks: Uint8Array[] = [];

  /** Events since its last start. */
  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  begin(): void {
    this.#chunks = [];
  }

  write(chunk: Uint8Array): void {
    this.#chunks.push(Buffer.from(chunk));
  }

  beginParts(): PartSink {
    const parts: Uint8Array[] = [];
    this.#chunks = parts;
    return {
      partBytes: InMemoryByteSink.#PART_BYTES,
      buffer: async () => Buffer.alloc(InMemoryByteSink.#PART_BYTES),
      put: async (index, bytes) => {
        parts[index] = Buffer.from(bytes);
      },
    };
  }
}
