import { assertObjectKey } from '../../core/domain/model/object-key.ts';
import { compareCodePoints } from '../../core/domain/text/compare-code-points.ts';
import type {
  ObjectContent,
  ObjectEntry,
  ObjectStore,
  PutMode,
  PutResult,
} from '../../core/ports/store/object-store.ts';

/** A store in memory. `objects` may be read and changed by a test. */
export class InMemoryObjectStore implements ObjectStore {
  readonly uri = 'memory://store';
  readonly objects = new Map<string, Uint8Array>();

  async open(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const bytes = this.objects.get(assertObjectKey(key));
    return bytes === undefined ? undefined : once(bytes);
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const bytes = this.objects.get(assertObjectKey(key));
    return bytes === undefined ? undefined : { key, sizeBytes: bytes.length };
  }

  async put(key: string, content: ObjectContent, mode: PutMode): Promise<PutResult> {
    assertObjectKey(key);
    const chunks: Uint8Array[] = [];
    for await (const chunk of content.open()) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length !== content.sizeBytes) throw new RangeError(`content yielded ${bytes.length} bytes`);
    const exists = this.objects.has(key);
    if (exists && mode === 'if-absent') return 'exists';
    this.objects.set(key, bytes);
    return mode === 'replace' ? 'replaced' : 'created';
  }

  async *list(prefix: string): AsyncIterable<ObjectEntry> {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareCodePoints);
    for (const key of keys) yield { key, sizeBytes: this.objects.get(key)?.length ?? 0 };
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
