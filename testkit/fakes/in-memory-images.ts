import { createHash } from 'node:crypto';
import type { Descriptor } from '../../core/domain/image/image-documents.ts';
import { ServiceError } from '../../core/errors.ts';
import type { ImageRegistry } from '../../core/ports/image/image-registry.ts';
import type { ImageSource } from '../../core/ports/image/image-source.ts';
import type { ImageTags } from '../../core/ports/image/image-tags.ts';

/** The repositories of a registry, in memory. */
export class InMemoryImages implements ImageTags {
  readonly #repositories = new Map<string, InMemoryImageRepository>();

  /** @param reference A tag or digest to read, where one is meant. */
  repository(name: string, reference?: string): InMemoryImageRepository {
    const known = this.#repositories.get(name) ?? new InMemoryImageRepository(name);
    this.#repositories.set(name, known);
    return reference === undefined ? known : known.at(reference);
  }

  async has({ repository, digest }: { readonly repository: string; readonly digest: string }): Promise<boolean> {
    return (await this.repository(repository, digest).root()) !== undefined;
  }

  async add(image: { readonly repository: string; readonly digest: string }, tag: string): Promise<'added' | 'exists'> {
    const { repository, digest } = image;
    const text = await this.repository(repository, digest).root();
    if (text === undefined) throw refused(digest, 'nothing');
    const named = await this.repository(repository, tag).root();
    if (named !== undefined && digestOf(named) !== digest) throw refused(digest, digestOf(named));
    if (named !== undefined) return 'exists';
    const descriptor = { mediaType: '', digest, size: Buffer.byteLength(text) };
    await this.repository(repository).pushManifest(tag, descriptor, text);
    return 'added';
  }
}

/** One repository of a registry in memory. */
export class InMemoryImageRepository implements ImageRegistry, ImageSource {
  readonly name: string;
  readonly #blobs: Map<string, Uint8Array>;
  /** By tag and by digest. */
  readonly #manifests: Map<string, string>;
  readonly #reference: string;

  constructor(name: string, shared?: InMemoryImageRepository, reference = 'latest') {
    this.name = name;
    this.#blobs = shared === undefined ? new Map() : shared.#blobs;
    this.#manifests = shared === undefined ? new Map() : shared.#manifests;
    this.#reference = reference;
  }

  /** The same repository, read at a tag or digest. */
  at(reference: string): InMemoryImageRepository {
    return new InMemoryImageRepository(this.name, this, reference);
  }

  async pushBlob({ digest }: Descriptor, open: () => Promise<Blob>): Promise<'pushed' | 'exists'> {
    if (this.#blobs.has(digest)) return 'exists';
    const bytes = new Uint8Array(await (await open()).arrayBuffer());
    if (digestOf(bytes) !== digest) throw refused(digest, digestOf(bytes));
    this.#blobs.set(digest, bytes);
    return 'pushed';
  }

  async pushManifest(tag: string, { digest }: Descriptor, text: string): Promise<void> {
    if (digestOf(text) !== digest) throw refused(digest, digestOf(text));
    this.#manifests.set(tag, text);
    this.#manifests.set(digest, text);
  }

  async root(): Promise<string | undefined> {
    return this.#manifests.get(this.#reference);
  }

  async document({ digest }: Descriptor, kind: 'manifest' | 'config'): Promise<string> {
    const found = kind === 'manifest' ? this.#manifests.get(digest) : this.#blobs.get(digest);
    if (found === undefined) throw refused(digest, 'nothing');
    return typeof found === 'string' ? found : new TextDecoder().decode(found);
  }

  async blob({ digest }: Descriptor): Promise<AsyncIterable<Uint8Array>> {
    const found = this.#blobs.get(digest);
    if (found === undefined) throw refused(digest, 'nothing');
    return (async function* () {
      yield found;
    })();
  }
}

function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function refused(digest: string, found: string): ServiceError {
  return new ServiceError('REGISTRY_REFUSED', `the registry has ${found} for ${digest}`, {
    fix: 'Push the image again.',
    retryable: false,
  });
}
