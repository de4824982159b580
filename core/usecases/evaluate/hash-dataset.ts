import type { DatasetOrigin } from '../../domain/data/dataset-origin.ts';
import { formatDigestLines } from '../../domain/model/artifact-digest.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { DatasetOrigins } from './dataset-origins.ts';
import type { ShownPath } from './evaluation-request.ts';

/** A dataset by its bytes, and who answers for them. */
export interface IdentifiedDataset {
  /** Of a model of `task: custom`: what its digest is of. Absent for the rows of a dataset. */
  readonly kind?: EvaluationReport['dataset']['kind'];
  /** `sha256:<hex>` */
  readonly digest: string;
  readonly origin: DatasetOrigin;
  /** Why the origin is `unknown`: a clause. */
  readonly note: string | undefined;
  /** Of a table of the warehouse: where it is, and what its digest is of. */
  readonly warehouse?: JudgedTable;
}

/** A table of the warehouse, as reports name it. */
export interface JudgedTable {
  readonly dialect: string;
  /** `version`: the digest is of the table's name and version; `aggregates`: of aggregates of its rows. */
  readonly identity: 'version' | 'aggregates';
  /** The snapshot or instant that the reference names. */
  readonly version?: string;
}

/** Dependencies of determining a dataset's origin. */
export interface IdentityPorts {
  readonly origins: DatasetOrigins;
  readonly hasher: Pick<ArtifactHasher, 'hashText'>;
}

/**
 * The digest of a dataset, compared with what the commit says of its files.
 *
 * @throws {UserError} DATASET_MISMATCH where a file is not what the commit names.
 */
export async function identifyDataset(
  { files }: TableDescription,
  dataset: ShownPath,
  { origins, hasher }: IdentityPorts,
): Promise<IdentifiedDataset> {
  const { digests, origin, note } = await origins.check(files, dataset.isFetched === true);
  return { digest: digestOf(files, digests, { dataset, hasher }), origin, note };
}

/** The digest of a dataset: of a file its bytes, of several the sorted lines of their digests and names. */
export async function hashDataset(
  { files }: TableDescription,
  dataset: ShownPath,
  hasher: ArtifactHasher,
): Promise<string> {
  const digests: string[] = [];
  for (const file of files) digests.push((await hasher.hash(file)).digest);
  return digestOf(files, digests, { dataset, hasher });
}

function digestOf(
  files: readonly string[],
  digests: readonly string[],
  { dataset, hasher }: { readonly dataset: ShownPath; readonly hasher: Pick<ArtifactHasher, 'hashText'> },
): string {
  const [only] = digests;
  if (files.length === 1 && only !== undefined) return only;
  // Names from where the shown path starts, so that two machines give the same digest.
  const { absolute, shown } = dataset;
  const root = absolute.endsWith(shown) ? absolute.length - shown.length : 0;
  const lines = files.map((file, index) => ({ path: file.slice(root), digest: digests[index] ?? '' }));
  return hasher.hashText(formatDigestLines(lines));
}
