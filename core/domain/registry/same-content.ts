import type { DeployedVersion } from '../manifest/version-value.ts';

/** Parts of a version that an environment uses. */
export interface VersionContent extends DeployedVersion {
  readonly artifactDigest: string;
}

/**
 * True if two versions are one and the same in all that is written of them: the artifact by URI and digest, the image by
 * repository and digest. Their numbers may differ: bytes that were registered before may come back.
 */
export function isSameContent(one: VersionContent, other: VersionContent): boolean {
  return (
    one.artifactUri === other.artifactUri &&
    one.artifactDigest === other.artifactDigest &&
    one.image?.repository === other.image?.repository &&
    one.image?.digest === other.image?.digest
  );
}
