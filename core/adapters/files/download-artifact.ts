import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactStore, StoredFile, WantedArtifact } from '../../ports/store/artifact-store.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import { FileArtifactHasher } from './file-artifact-hasher.ts';

/** An artifact in a store, and where to put it. */
export interface ArtifactFetch extends WantedArtifact {
  readonly artifacts: Pick<ArtifactStore, 'uri' | 'files'>;
  /** Absolute; holds one folder for each artifact afterwards. */
  readonly into: string;
}

/**
 * Brings an artifact from its store to this machine and checks it against its digest before it gets its name.
 *
 * @returns The path of its one file, where the digest is that of a file; else of its folder.
 * @throws {UserError} OBJECT_MISSING where the store has nothing of it, OBJECT_CORRUPT where the bytes are others,
 *   PATH_UNSAFE where the store lists a key that leaves the folder.
 */
export async function downloadArtifact({ artifacts, digest, uri, into }: ArtifactFetch): Promise<string> {
  const folder = path.join(into, digest.replace('sha256:', ''));
  const partial = `${folder}.${process.pid}.partial`;
  await rm(partial, { recursive: true, force: true });
  const files: string[] = [];
  for (const file of await artifacts.files({ digest, uri })) {
    // Listed by the store: it becomes a path of this machine.
    const name = assertObjectKey(file.path);
    await download(file, path.join(partial, ...name.split('/')));
    files.push(name);
  }
  if (files.length === 0) {
    throw new UserError('OBJECT_MISSING', `${artifacts.uri} has no artifact ${digest}`, {
      fix: 'Check register.store in tidegate.yaml, and that the artifact was not removed.',
    });
  }
  const isFile = await matches(partial, files, digest);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  return isFile ? path.join(folder, files[0] ?? '') : folder;
}

async function download(stored: StoredFile, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await pipeline(Readable.from(await stored.open(), { objectMode: false }), createWriteStream(file));
}

/** True if the digest is that of the one file; false where it is that of the folder. */
async function matches(folder: string, files: readonly string[], digest: string): Promise<boolean> {
  const hasher = new FileArtifactHasher();
  const [only] = files;
  if (files.length === 1 && only !== undefined) {
    if ((await hasher.hash(path.join(folder, only))).digest === digest) return true;
  }
  if ((await hasher.hash(folder)).digest === digest) return false;
  await rm(folder, { recursive: true, force: true });
  throw new UserError('OBJECT_CORRUPT', `the content of the store under ${digest} has another digest`, {
    fix: 'Remove this artifact from the store and register the version again.',
  });
}

/** An object in a store by its digest, and where to put it. */
export interface ObjectFetch {
  readonly objects: Pick<ObjectStore, 'uri' | 'open'>;
  /** `sha256:<hex>` of its bytes. */
  readonly digest: string;
  /** Absolute folder. */
  readonly into: string;
  /** Its last segment is the name of the file. */
  readonly key: string;
}

/**
 * Brings one object from its store to this machine and checks it against its digest before it gets its name.
 *
 * @returns Absolute path of the file.
 * @throws {UserError} OBJECT_MISSING where the store does not have it, OBJECT_CORRUPT where the bytes are others.
 */
export async function downloadObject({ objects, key, digest, into }: ObjectFetch): Promise<string> {
  const file = path.join(into, path.posix.basename(assertObjectKey(key)));
  const partial = `${file}.${process.pid}.partial`;
  const content = await objects.open(key);
  if (content === undefined) {
    throw new UserError('OBJECT_MISSING', `${objects.uri}/${key} is not there`, {
      fix: 'Check that nothing was removed from the store, and register the version again.',
    });
  }
  await download({ path: key, open: async () => content }, partial);
  if ((await new FileArtifactHasher().hash(partial)).digest !== digest) {
    await rm(partial, { force: true });
    throw new UserError('OBJECT_CORRUPT', `${objects.uri}/${key} does not have the digest that names it`, {
      fix: 'Remove this object from the store and register the version again.',
    });
  }
  await rename(partial, file);
  return file;
}
