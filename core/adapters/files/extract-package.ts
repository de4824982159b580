import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ServiceError } from '../../errors.ts';

/**
 * Extracts the files of an npm tarball that are wanted. Links are skipped; a path that leaves the folder is refused.
 *
 * @param isWanted Asked with the path inside the package, without its first folder.
 * @returns The paths that were written, relative to the folder and `/`-separated.
 * @throws {ServiceError} PACKAGE_CORRUPT.
 */
export async function extractPackage(
  tarball: string,
  folder: string,
  isWanted: (path: string) => boolean,
): Promise<readonly string[]> {
  const files: string[] = [];
  const archive = createReadStream(tarball).pipe(createGunzip()).pipe(extract());
  for await (const entry of archive) {
    const path = entry.header.name.split('/').slice(1).join('/');
    const skip = entry.header.type !== 'file' || !isWanted(path);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) {
      if (!skip && chunk instanceof Uint8Array) chunks.push(chunk);
    }
    if (!skip) files.push(await writeEntry(folder, path, Buffer.concat(chunks)));
  }
  return files;
}

async function writeEntry(folder: string, path: string, bytes: Buffer): Promise<string> {
  if (path.split('/').some((part) => part === '..' || part === '')) {
    throw new ServiceError('PACKAGE_CORRUPT', `a package contains the path ${JSON.stringify(path)}`, {
      retryable: false,
      fix: 'Check the registry that npm is set to on this runner.',
    });
  }
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), bytes);
  return path;
}
