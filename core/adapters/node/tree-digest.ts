import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDigestLines } from '../../domain/model/artifact-digest.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { hashFile } from './file-artifact-hasher.ts';

/**
 * One digest of all files under a folder: their paths and bytes, and that there is nothing else.
 *
 * @returns `sha256:<hex>`; undefined where something is neither file nor folder (a link could lead anywhere).
 */
export async function treeDigest(folder: string): Promise<string | undefined> {
  const files: { path: string; digest: string }[] = [];
  for (const path of (await readdir(folder, { recursive: true })).map((name) => name.split('\\').join('/'))) {
    const found = await lstat(join(folder, path));
    if (found.isFile()) files.push({ path, digest: await hashFile(join(folder, path)) });
    else if (!found.isDirectory()) return undefined;
  }
  files.sort((a, b) => compareCodePoints(a.path, b.path));
  return `sha256:${createHash('sha256').update(formatDigestLines(files)).digest('hex')}`;
}
