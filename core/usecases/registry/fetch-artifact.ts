import { artifactFolder } from '../../domain/registry/store-layout.ts';
import { ServiceError } from '../../errors.ts';
import type { ArtifactWriter } from '../../ports/store/artifact-writer.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';

/** Where an artifact comes from and who writes it. */
export interface ArtifactPorts {
  readonly store: ObjectStore;
  readonly writer: ArtifactWriter;
}

/**
 * Puts an artifact of the store at a place of this machine, whole and checked against its digest, or not at all.
 *
 * @param location Absolute path; what lies there is replaced.
 * @throws {ServiceError} STORE_CORRUPT when the store has no such artifact or other bytes.
 */
export async function fetchArtifact(digest: string, location: string, { store, writer }: ArtifactPorts): Promise<void> {
  const folder = artifactFolder(digest);
  const keys: string[] = [];
  for await (const { key } of store.list(`${folder}/`)) keys.push(key);
  const files = keys.map((key) => ({ path: key.slice(folder.length + 1), open: () => openObject(store, key) }));
  if (keys.length > 0 && (await writer.replace(location, { digest, files }))) return;
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
