import { artifactFolder } from '../../domain/registry/store-layout.ts';
import { ServiceError } from '../../errors.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';

/** An artifact whose files come from elsewhere. */
export interface IncomingArtifact {
  /** Digest of its bytes. One file whose own digest this is becomes a file, anything else a folder. */
  readonly digest: string;
  /** Paths are in the artifact's folder, `/`-separated. */
  readonly files: readonly { readonly path: string; readonly open: () => Promise<AsyncIterable<Uint8Array>> }[];
}

/** Source and writer of an artifact. */
export interface ArtifactPorts {
  readonly store: ObjectStore;
  /**
   * Replaces what is at an absolute path by an artifact, whole or not at all.
   *
   * @returns Whether the digest was right; nothing is replaced otherwise.
   */
  readonly replace: (location: string, artifact: IncomingArtifact) => Promise<boolean>;
}

/**
 * Puts an artifact of the store at a place of this machine, whole and checked against its digest, or not at all.
 *
 * @param location Absolute path; what is there is replaced.
 * @throws {ServiceError} STORE_CORRUPT when the store has no such artifact or other bytes.
 */
export async function fetchArtifact(
  digest: string,
  location: string,
  { store, replace }: ArtifactPorts,
): Promise<void> {
  const folder = artifactFolder(digest);
  const keys: string[] = [];
  for await (const { key } of store.list(`${folder}/`)) keys.push(key);
  const files = keys.map((key) => ({ path: key.slice(folder.length + 1), open: () => openObject(store, key) }));
  if (keys.length > 0 && (await replace(location, { digest, files }))) return;
  const what = keys.length === 0 ? 'is empty' : 'does not have the digest that names it';
  throw new ServiceError('STORE_CORRUPT', `${store.uri}/${folder} ${what}`, {
    retryable: false,
    fix: 'Register the version again; if bytes changed, check which process changed them.',
  });
}

async function openObject(store: ObjectStore, key: string): Promise<AsyncIterable<Uint8Array>> {
  const content = await store.open(key);
  if (content !== undefined) return content;
  throw new ServiceError('STORE_CORRUPT', `${store.uri}/${key} was deleted while it was read`, {
    retryable: true,
    fix: 'Run the job again.',
  });
}
