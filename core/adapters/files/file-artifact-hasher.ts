import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { formatDigestLines, type HashedArtifact, type HashedFile } from '../../domain/model/artifact-digest.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import { type FileToHash, hashFiles } from '../threads/hash-files.ts';
import { unlessAbsent } from './absent.ts';
import { linkToNothing } from './link-to-nothing.ts';

/** Hashes files of this machine by streaming them. */
export class FileArtifactHasher implements ArtifactHasher {
  async hash(location: string): Promise<HashedArtifact> {
    const found = await stat(location).catch(unlessAbsent);
    if (found === undefined) {
      throw new UserError('DATA_NOT_FOUND', `${location} does not exist`, {
        fix: 'Check the path, and that the step that makes the file ran before.',
      });
    }
    if (found.isDirectory()) return this.#hashFolder(location);
    if (!found.isFile()) throw noFile(location);
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
 * @throws {UserError} DATA_INVALID for a name that is not UTF-8, which no digest could name, for a link to a
 *   folder that it is in, and for what is neither file nor folder: reading a pipe would wait forever; DATA_NOT_FOUND for a link to nothing.
 */
export async function filesUnder(folder: string, under = ''): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(path.join(folder, under), { withFileTypes: true })) {
    const relative = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.name.includes('\uFFFD')) {
      throw invalid(`${path.join(folder, relative)} has a name that is not UTF-8`, 'Rename it.');
    }
    const kind = entry.isSymbolicLink() ? await linkTarget(path.join(folder, relative)) : entry;
    if (kind.isDirectory()) files.push(...(await filesUnder(folder, relative)));
    else if (kind.isFile()) files.push(relative);
    else throw noFile(path.join(folder, relative));
  }
  return under === '' ? files.sort(compareCodePoints) : files;
}

async function linkTarget(link: string): Promise<Stats> {
  const found = await stat(link).catch(unlessAbsent);
  if (found === undefined) throw linkToNothing(link);
  if (!found.isDirectory()) return found;
  const [target, own] = await Promise.all([realpath(link), realpath(path.dirname(link))]);
  if (`${own}${path.sep}`.startsWith(`${target}${path.sep}`)) {
    throw invalid(`the link ${link} leads to a folder that contains it`, 'Remove the link.');
  }
  return found;
}

function noFile(file: string): UserError {
  return invalid(`${file} is neither a file nor a folder`, 'Remove it, or name the file of the model.');
}

function invalid(message: string, fix: string): UserError {
  return new UserError('DATA_INVALID', message, { fix });
}

/** Chosen: what is hashed in less time than a thread needs to start. */
const MANY_BYTES = 32 << 20;

/** `sha256:<hex>` of each file; of many bytes in parallel to this thread, which has other work. */
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
