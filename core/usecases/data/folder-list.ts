import { type ManifestEntry, parseDirectoryManifest } from '../../domain/data/directory-manifest.ts';
import { recordedDigest } from '../../domain/data/dvc-object-key.ts';
import { isWithin } from '../../domain/data/repository-path.ts';
import type { WantedOutput } from '../../domain/data/select-outputs.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { nearest } from '../../domain/text/nearest.ts';
import { UserError } from '../../errors.ts';
import type { DataCache } from '../../ports/data/data-cache.ts';
import { readText } from './read-text.ts';

/**
 * The files that are recorded of a folder, by its list in the cache.
 *
 * @throws {UserError} As `parseDirectoryManifest`.
 */
export async function readFolderList(
  { md5 = '', path, declaredIn }: TrackedOutput,
  cache: DataCache,
): Promise<readonly ManifestEntry[]> {
  const text = await readText(await cache.content(md5));
  return parseDirectoryManifest(text, `${declaredIn}: the list ${recordedDigest(md5)} of ${path}`);
}

/** @throws {UserError} INPUT_INVALID for a part of an output in which no file is: a name that is wrong is not nothing to do. */
export function refuseUnknownParts(
  { output, parts }: WantedOutput,
  files: readonly Pick<ManifestEntry, 'path'>[],
): void {
  const unknown = parts.filter((part) => part !== '' && !files.some(({ path }) => isWithin(path, part)));
  if (unknown.length === 0) return;
  const problems = unknown.map((part) => {
    const near = nearest(
      part,
      files.map(({ path }) => path),
    );
    return {
      message: `target "${output.path}/${part}": ${output.path} holds no such file or folder by ${output.declaredIn}`,
      fix: `${near === undefined ? '' : `Did you mean "${output.path}/${near}"? `}Name a file or folder in it as it is, without * or ?; or ${output.path} for all of it.`,
    };
  });
  throw UserError.ofProblems('INPUT_INVALID', problems);
}
