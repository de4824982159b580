import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { formatDigestLines, type HashedArtifact, type HashedFile } from '../../domain/model/artifact-digest.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/artifact-hasher.ts';
import { errorCode } from './error-code.ts';

/** Hashes files of this machine by streaming them. */
export class FileArtifactHasher implements ArtifactHasher {
  async hash(location: string): Promise<HashedArtifact> {
    const found = await stat(location).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
      throw new UserError('DATA_NOT_FOUND', `${location} does not exist`, {
        fix: 'Check the path, and that the step that makes it ran before.',
        cause: error,
      });
    });
    if (found.isDirectory()) return this.#hashFolder(location);
    const file = { path: path.basename(location), digest: await hashFile(location), sizeBytes: found.size };
    return { kind: 'file', digest: file.digest, sizeBytes: file.sizeBytes, files: [file] };
  }

  hashText(text: string): string {
    return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
  }

  hashChunks(chunks: AsyncIterable<Uint8Array>): Promise<string> {
    return hashOf(chunks);
  }

  async #hashFolder(folder: string): Promise<HashedArtifact> {
    const files: HashedFile[] = [];
    for (const file of await filesUnder(folder)) {
      const absolute = path.join(folder, file);
      files.push({ path: file, digest: await hashFile(absolute), sizeBytes: (await stat(absolute)).size });
    }
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

/** Chosen: two of these are in memory: one is hashed while the next is read. */
const BLOCK_BYTES = 1 << 20;

/** `sha256:<hex>` of a file's bytes. */
export async function hashFile(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const blocks = [new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES)] as const;
    const hash = createHash('sha256');
    let reading = handle.read(blocks[0]);
    for (let turn = 1; ; turn++) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) return `sha256:${hash.digest('hex')}`;
      reading = handle.read(blocks[turn % 2 === 0 ? 0 : 1]);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
