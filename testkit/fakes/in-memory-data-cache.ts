import { createHash } from 'node:crypto';
import { objectDigest } from '../../core/domain/data/dvc-object-key.ts';
import type { CacheAddition, DataCache, ObjectWrite } from '../../core/ports/data/data-cache.ts';
import type { ObjectContent } from '../../core/ports/store/object-store.ts';
import { InMemoryByteSink } from './in-memory-data-remote.ts';

/** A cache of objects in memory. It makes no spare files. */
export class InMemoryDataCache implements DataCache {
  readonly #objects = new Map<string, Uint8Array>();

  async has(name: string): Promise<boolean> {
    return this.#objects.has(name);
  }

  hasEach(names: readonly string[]): Promise<readonly boolean[]> {
    return Promise.all(names.map((name) => this.has(name)));
  }

  async content(name: string): Promise<ObjectContent> {
    const bytes = this.#objects.get(name);
    if (bytes === undefined) throw new RangeError(`no object ${name}`);
    return { sizeBytes: bytes.length, bytes, open: () => once(bytes) };
  }

  receive(name: string): ObjectWrite {
    return new MemoryWrite((bytes) => this.#keep(name, bytes));
  }

  async add(name: string, bytes: AsyncIterable<Uint8Array>): Promise<CacheAddition> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    return this.#keep(name, Buffer.concat(chunks));
  }

  async addManifest(text: string): Promise<string> {
    const bytes = Buffer.from(text);
    const name = `${hex('md5', bytes)}.dir`;
    this.#keep(name, bytes);
    return name;
  }

  #keep(name: string, bytes: Uint8Array): CacheAddition {
    const actual = hex('md5', bytes);
    const isKept = actual === objectDigest(name);
    if (isKept) this.#objects.set(name, bytes);
    return { isKept, actual, sha256: hex('sha256', bytes), sizeBytes: bytes.length };
  }
}

class MemoryWrite extends InMemoryByteSink implements ObjectWrite {
  readonly #keep: (bytes: Uint8Array) => CacheAddition;

  constructor(keep: (bytes: Uint8Array) => CacheAddition) {
    super();
    this.#keep = keep;
  }

  async finish(): Promise<CacheAddition> {
    return this.#keep(this.bytes);
  }

  discard(): void {
    this.begin();
  }
}

function hex(algorithm: 'md5' | 'sha256', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
