import { formatDigestLines } from '../domain/model/artifact-digest.ts';
import type { ArtifactHasher } from '../ports/artifact-hasher.ts';
import { mapParallel } from './map-parallel.ts';

/** Chosen: reading and hashing more files at once than this gains nothing. */
const JOBS = 4;

/**
 * The digest of a dataset: sha256 over the lines of its files (`formatDigestLines`).
 *
 * @param root Absolute folder that the paths are relative to.
 * @param paths `/`-separated, unique, all there.
 */
export async function digestDataset(root: string, paths: readonly string[], hasher: ArtifactHasher): Promise<string> {
  const files = await mapParallel(paths, JOBS, async (path) => {
    const { digest } = await hasher.hash(`${root}/${path}`);
    return { path, digest };
  });
  return hasher.hashText(formatDigestLines(files));
}
