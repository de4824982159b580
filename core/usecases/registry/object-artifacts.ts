import type { HashedArtifact } from '../../domain/model/artifact-digest.ts';
import { artifactFolder, storeUri } from '../../domain/registry/store-layout.ts';
import { ServiceError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { ArtifactStore, OpenFile, StoredFile, WantedArtifact } from '../../ports/store/artifact-store.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import { otherBytes } from './other-bytes.ts';

/** Artifacts in an object store: one object per file, in the folder of the artifact's digest. */
export class ObjectArtifacts implements ArtifactStore {
  readonly #objects: ObjectStore;
  readonly #hasher: Pick<ArtifactHasher, 'hashChunks'>;

  constructor(objects: ObjectStore, hasher: Pick<ArtifactHasher, 'hashChunks'>) {
    this.#objects = objects;
    this.#hasher = hasher;
  }

  get uri(): string {
    return this.#objects.uri;
  }

  uriOf({ digest }: HashedArtifact): string {
    return storeUri(this.uri, artifactFolder(digest));
  }

  async put(artifact: HashedArtifact, open: OpenFile): Promise<void> {
    for (const { path, sizeBytes, digest } of artifact.files) {
      const key = `${artifactFolder(artifact.digest)}/${path}`;
      const result = await this.#objects.put(key, { sizeBytes, open: () => open(path) }, 'if-absent');
      if (result === 'exists') await this.#expectDigest(key, digest);
    }
  }

  async files({ digest }: WantedArtifact): Promise<readonly StoredFile[]> {
    const folder = `${artifactFolder(digest)}/`;
    const files: StoredFile[] = [];
    for await (const { key } of this.#objects.list(folder)) {
      files.push({ path: key.slice(folder.length), open: () => this.#open(key) });
    }
    return files;
  }

  async #open(key: string): Promise<AsyncIterable<Uint8Array>> {
    const content = await this.#objects.open(key);
    if (content !== undefined) return content;
    throw new ServiceError('STORE_CORRUPT', `${storeUri(this.uri, key)} was deleted while it was read`, {
      retryable: true,
      fix: 'Run the job again.',
    });
  }

  async #expectDigest(key: string, digest: string): Promise<void> {
    const stored = await this.#objects.open(key);
    if (stored !== undefined && (await this.#hasher.hashChunks(stored)) === digest) return;
    throw otherBytes(storeUri(this.uri, key), digest);
  }
}
