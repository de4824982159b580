import { namesArtifact } from '../../domain/manifest/match-version.ts';
import type { RunningValue } from '../../domain/manifest/running-value.ts';
import type { ModelVersionReport } from '../../reports/model-version-report.ts';
import type { KnownVersion } from './version-catalog.ts';
import type { VersionStore } from './version-store.ts';

/** Parts of a version's document that name the data with which it was made and judged. */
export type DataDocument = Pick<ModelVersionReport, 'createdAt' | 'lineage' | 'run' | 'evaluation' | 'profile'>;

/**
 * The document of a version that says with what data it was made and judged: the believed one, or, where that has expired
 * on GitHub, the one in the store that its tag names, if it is about the very artifact that the default branch holds.
 * That one may inform, as drift checks and warnings do; it decides nothing about what runs.
 */
export async function dataDocumentOf(
  { version, document, documentDigest, provenance, artifactDigest, artifactUri }: KnownVersion,
  documents: Pick<VersionStore, 'readDocument'>,
): Promise<DataDocument | undefined> {
  if (document !== undefined) return document;
  const holds = (value: RunningValue | undefined) => value !== undefined && namesArtifact(value, artifactUri);
  const isHeld = provenance.kind === 'history' && provenance.values.some(holds);
  if (!isHeld || documentDigest === undefined) return undefined;
  const stored = await documents.readDocument('model-version', documentDigest);
  return stored?.version === version && stored.artifact.digest === artifactDigest ? stored : undefined;
}
