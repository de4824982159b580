import type { PulledFile } from '../../domain/data/pulled-files.ts';
import { formatDigestLines } from '../../domain/model/artifact-digest.ts';
import type { DatasetPart, DataWorkspace } from '../../ports/data/data-workspace.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';

/** Files of which the digest is wanted, all of them there. */
export interface DigestedFiles {
  /** With the name of each in the digest; default: its path. */
  readonly files: Iterable<PulledFile & { readonly name?: string }>;
  /** Kind of the files, if it has a name. */
  readonly dataset: readonly DatasetPart[] | undefined;
}

/**
 * The digest of a dataset: sha256 over the lines of its files (`formatDigestLines`), so the same whatever the order and
 * the machine. It is not computed again where no byte can have changed since it was.
 *
 * @returns `sha256:<hex>`.
 */
export async function digestDataset(
  { files, dataset }: DigestedFiles,
  workspace: Pick<DataWorkspace, 'sha256' | 'digests'>,
  hasher: Pick<ArtifactHasher, 'hashText'>,
): Promise<string> {
  const known = dataset === undefined ? undefined : workspace.digests.find(dataset);
  if (known !== undefined) return known;
  const digests: { path: string; digest: string }[] = [];
  for (const { path, name = path, output } of files) {
    digests.push({ path: name, digest: `sha256:${await workspace.sha256(path, output.path)}` });
  }
  const digest = hasher.hashText(formatDigestLines(digests));
  if (dataset !== undefined) workspace.digests.keep(dataset, digest);
  return digest;
}
