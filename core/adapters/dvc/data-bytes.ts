import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  formatDirectoryManifest,
  type ManifestEntry,
  parseDirectoryManifest,
} from '../../domain/data/directory-manifest.ts';
import { isLegacyObject, objectDigest, recordedDigest } from '../../domain/data/dvc-object-key.ts';
import type { ByteDigests, ByteRequest, DataBytes } from '../../ports/data/data-bytes.ts';
import { errorCode } from '../files/error-code.ts';
import { filesUnder } from '../files/file-artifact-hasher.ts';
import { hashFiles } from '../threads/hash-files.ts';
import { type FileDigests, hashFile, objectNameOf } from './hash-file.ts';

/** Chosen: a list of some 10 million files. */
const MAX_LIST_BYTES = 1 << 30;
/** Chosen: what is hashed in less time than threads need to start. */
const MANY_BYTES = 32 << 20;

/** Reads data files of this machine for their digests. */
export class FileDataBytes implements DataBytes {
  readonly #objectPath: (name: string) => string;

  /** @param objectPath Where DVC's cache keeps an object. */
  constructor(objectPath: (name: string) => string) {
    this.#objectPath = objectPath;
  }

  async digests(files: readonly ByteRequest[]): Promise<readonly ByteDigests[]> {
    const found = await digestsOf(files.map(({ file }) => file));
    return Promise.all(
      files.map(async ({ file, like }, index) => {
        const { md5, sha256 } = found[index] ?? { md5: '', sha256: '' };
        const objectName = like !== undefined && isLegacyObject(like) ? await objectNameOf(file, like) : md5;
        return { sha256: `sha256:${sha256}`, objectName: like === undefined ? undefined : objectName };
      }),
    );
  }

  async folderFiles(name: string, folder: string): Promise<readonly ManifestEntry[] | undefined> {
    const cached = await this.#cachedList(name);
    if (cached !== undefined) return cached;
    // The list of an object of DVC 2 names other digests than those of the bytes.
    if (isLegacyObject(name)) return undefined;
    const paths = await filesUnder(folder);
    const digests = await digestsOf(paths.map((file) => path.join(folder, file)));
    const entries = paths.map((file, index) => ({ path: file, md5: digests[index]?.md5 ?? '' }));
    return md5Of(formatDirectoryManifest(entries)) === objectDigest(name) ? entries : undefined;
  }

  async #cachedList(name: string): Promise<readonly ManifestEntry[] | undefined> {
    const file = this.#objectPath(name);
    try {
      if ((await stat(file)).size > MAX_LIST_BYTES) return undefined;
      const text = await readFile(file, 'utf8');
      return md5Of(text) === objectDigest(name) ? parseDirectoryManifest(text, recordedDigest(name)) : undefined;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  }
}

/** By this thread where that takes less time than threads need to start. */
async function digestsOf(files: readonly string[]): Promise<readonly FileDigests[]> {
  const list = await Promise.all(files.map(async (file) => ({ file, sizeBytes: (await stat(file)).size })));
  if (list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > MANY_BYTES) return hashFiles(list, ['md5', 'sha256']);
  const digests: FileDigests[] = [];
  for (const { file, sizeBytes } of list) digests.push(await hashFile(file, sizeBytes));
  return digests;
}

function md5Of(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex');
}
