import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDigestLines } from '../../domain/model/artifact-digest.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { errorCode } from './error-code.ts';
import { hashFile } from './file-artifact-hasher.ts';

/** Chosen: several times what a native module needs. What is larger is not hashed. */
export const MOST_TREE_BYTES = 1 << 30;
/** Chosen, as above. */
export const MOST_TREE_FILES = 10_000;

/**
 * One digest of all files under a folder: their paths and bytes, and that there is nothing else.
 *
 * @returns `sha256:<hex>`; undefined where the folder does not exist or cannot be read, holds more than 1 GiB or 10,000 files, or holds
 *   something that is neither file nor folder (a link could lead anywhere).
 */
export async function treeDigest(folder: string): Promise<string | undefined> {
  const paths = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  });
  if (paths === undefined || paths.length > MOST_TREE_FILES) return undefined;
  const files: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    const found = await lstat(join(folder, path));
    if (found.isFile()) files.push(path);
    else if (!found.isDirectory()) return undefined;
    bytes += found.isFile() ? found.size : 0;
  }
  if (bytes > MOST_TREE_BYTES) return undefined;
  files.sort(compareCodePoints);
  const hashed: { path: string; digest: string }[] = [];
  for (const path of files) hashed.push({ path, digest: await hashFile(join(folder, path)) });
  return `sha256:${createHash('sha256').update(formatDigestLines(hashed)).digest('hex')}`;
}
