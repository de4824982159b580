import type { VersionCatalog } from '../registry/version-catalog.ts';
import type { RunClaim } from './restore-run.ts';

/** True if a version that is believed was registered of the very run that a stored document claims. */
export async function vouchesForRun(
  catalog: Pick<VersionCatalog, 'ofArtifact'>,
  { artifactDigest, inputsDigest, runDigest }: RunClaim,
): Promise<boolean> {
  for await (const { document } of catalog.ofArtifact(artifactDigest)) {
    if (document?.run?.digest === runDigest && document.lineage.inputsDigest === inputsDigest) return true;
  }
  return false;
}
