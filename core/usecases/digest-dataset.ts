import type { WantedFile } from '../domain/data/wanted-file.ts';
import { formatDigestLines } from '../domain/model/artifact-digest.ts';
import type { ArtifactHasher } from '../ports/artifact-hasher.ts';
import type { DataWorkspace } from '../ports/data-workspace.ts';

/**
 * The digest of a dataset: sha256 over the lines of its files (`formatDigestLines`), so the same whatever the order and
 * the machine.
 *
 * @param files All there.
 * @returns `sha256:<hex>`.
 */
export async function digestDataset(
  files: readonly WantedFile[],
  workspace: DataWorkspace,
  hasher: ArtifactHasher,
): Promise<string> {
  const digests: { path: string; digest: string }[] = [];
  for (const { path, output } of files) {
    digests.push({ path, digest: `sha256:${await workspace.sha256(path, output.path)}` });
  }
  return hasher.hashText(formatDigestLines(digests));
}
