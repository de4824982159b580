import { formatDigestLines } from '../domain/model/artifact-digest.ts';
import type { ArtifactHasher } from '../ports/artifact-hasher.ts';
import type { TableDescription } from '../ports/table-reader.ts';
import type { ShownPath } from './evaluation-request.ts';

/** The digest of a dataset: of a file its bytes, of several the sorted lines of their digests and names. */
export async function hashDataset(
  { files }: TableDescription,
  { absolute, shown }: ShownPath,
  hasher: ArtifactHasher,
): Promise<string> {
  const [only] = files;
  if (files.length === 1 && only !== undefined) return (await hasher.hash(only)).digest;
  // Names from where the shown path starts, so that two machines give the same digest.
  const root = absolute.endsWith(shown) ? absolute.length - shown.length : 0;
  const hashed = [];
  for (const file of files) hashed.push({ path: file.slice(root), digest: (await hasher.hash(file)).digest });
  return hasher.hashText(formatDigestLines(hashed));
}
