import { digestHex } from '../model/artifact-digest.ts';
import { withoutEnding } from '../text/without-ending.ts';

/** The scheme of a store in a registry. */
export const OCI_SCHEME = 'oci://';

/** An artifact in a registry, as its URI names it. */
export interface OciArtifact {
  /** `oci://host/path`, without a trailing slash. */
  readonly store: string;
  /** `sha256:<hex>` of the artifact's bytes. */
  readonly digest: string;
  /** `sha256:<hex>` of its manifest. */
  readonly manifestDigest: string;
}

/** True if a store is in a registry. */
export function isOciStore(store: string): boolean {
  return store.startsWith(OCI_SCHEME);
}

/**
 * The tag of an artifact's manifest. It names both digests, so no other manifest ever gets it: a tag that moved would leave
 * the old manifest without one, and registries delete what has no tag. It is
 * `model-<64 hex digits>-<16 hex digits>`.
 */
export function artifactTag(digest: string, manifestDigest: string): string {
  return `${artifactTagStart(digest)}${digestHex(manifestDigest).slice(0, 16)}`;
}

/** The start of the tags of an artifact's manifests: those of one file under two names differ. */
export function artifactTagStart(digest: string): string {
  return `model-${digestHex(digest)}-`;
}

/** The immutable URI of an artifact in a registry: a reference with tag and digest, behind `oci://`. */
export function formatOciArtifact({ store, digest, manifestDigest }: OciArtifact): string {
  return `${withoutEnding(store, '/')}:${artifactTag(digest, manifestDigest)}@${manifestDigest}`;
}

/** The parts of a URI of `formatOciArtifact`; undefined for any other text, also where the tag is that of another manifest. */
export function parseOciArtifact(uri: string): OciArtifact | undefined {
  const found = /^(oci:\/\/[^\s@]+):model-([0-9a-f]{64})-[0-9a-f]{16}@(sha256:[0-9a-f]{64})$/.exec(uri);
  if (found === null) return undefined;
  const [, store = '', hex, manifestDigest = ''] = found;
  const artifact = { store, digest: `sha256:${hex}`, manifestDigest };
  return formatOciArtifact(artifact) === uri ? artifact : undefined;
}
