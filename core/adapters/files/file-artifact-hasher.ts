import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { formatDigestLines, type HashedArtifact, type HashedFile } from '../../domain/model/artifact-digest.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import { type FileToHash, hashFiles } from '../threads/hash-files.ts';
import { isAbsence } from './absent.ts';

/** Hashes files of this machine by streaming them. */
export class FileArtifactHasher implements ArtifactHasher {
  async hash(location: string): Promise<HashedArtifact> {
    const found = await stat(location).catch((error: unknown) => {
      if (!isAbsence(error)) throw error;
      throw new UserError('DATA_NOT_FOUND', `${location} does not exist`, {
        fix: 'Check the path, and that the step that makes it ran before.',
        cause: error,
      });
    });
    if (found.isDirectory()) return this.#hashFolder(location);
    const [digest = ''] = await digestsOf([{ file: location, sizeBytes: found.size }]);
    const file = { path: path.basename(location), digest, sizeBytes: found.size };
    return { kind: 'file', digest, sizeBytes: file.sizeBytes, files: [file] };
  }

  hashText(text: string): string {
    return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
  }

  hashChunks(chunks: AsyncIterable<Uint8Array>): Promise<string> {
    return hashOf(chunks);
  }

  async #hashFolder(folder: string): Promise<HashedArtifact> {
    const paths = await filesUnder(folder);
    const list: FileToHash[] = [];
    for (const file of paths.map((one) => path.join(folder, one))) {
      list.push({ file, sizeBytes: (await stat(file)).size });
    }
    const digests = await digestsOf(list);
    const files = paths.map(
      (file, at): HashedFile => ({ path: file, digest: digests[at] ?? '', sizeBytes: list[at]?.sizeBytes ?? 0 }),
    );
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    return { kind: 'folder', digest: this.hashText(formatDigestLines(files)), sizeBytes, files };
  }
}

/**
 * Files under a folder, relative and `/`-separated, sorted by path bytes. Links to files count as files.
 *
 * @throws {UserError} DATA_INVALID for a name that is not UTF-8, which no digest could name.
 */
export async function filesUnder(folder: string, under = ''): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(path.join(folder, under), { withFileTypes: true })) {
    const relative = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.name.includes('\uFFFD')) {
      throw new UserError('DATA_INVALID', `${path.join(folder, relative)} has a name that is not UTF-8`, {
        fix: 'Rename it.',
      });
    }
    const isFolder = entry.isSymbolicLink()
      ? (await stat(path.join(folder, relative))).isDirectory()
      : entry.isDirectory();
    if (isFolder) files.push(...(await filesUnder(folder, relative)));
    else files.push(relative);
  }
  return under === '' ? files.sort(compareCodePoints) : files;
}

/** Chosen: what is hashed in less time than a thread needs to start. */
const MANY_BYTES = 32 << 20;

/** `sha256:<hex>` of each file; of many bytes beside this thread, which has other work. */
async function digestsOf(list: readonly FileToHash[]): Promise<readonly string[]> {
  if (list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > MANY_BYTES) {
    const digests = await hashFiles(list, ['sha256']);
    return digests.map(({ sha256 }) => `sha256:${sha256}`);
  }
  const digests: string[] = [];
  for (const { file } of list) digests.push(await hashFile(file));
  return digests;
}

/** `sha256:<hex>` of a file's bytes. */
export async function hashFile(file: string): Promise<string> {
  return hashOf(createReadStream(file, { highWaterMark: 1 << 20 }));
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
