import { ServiceError } from '../../errors.ts';
import type { ArtifactStore, WantedArtifact } from '../../ports/store/artifact-store.ts';

/** An artifact whose files come from elsewhere. */
export interface IncomingArtifact {
  /** Digest of its bytes. One file whose own digest this is becomes a file, anything else a folder. */
  readonly digest: string;
  /** Paths are in the artifact's folder, `/`-separated. */
  readonly files: readonly { readonly path: string; readonly open: () => Promise<AsyncIterable<Uint8Array>> }[];
}

/** Source and writer of an artifact. */
export interface ArtifactPorts {
  readonly artifacts: Pick<ArtifactStore, 'uri' | 'files'>;
  /**
   * Replaces what is at an absolute path by an artifact, whole or not at all.
   *
   * @returns Whether the digest was right; nothing is replaced otherwise.
   */
  readonly replace: (location: string, artifact: IncomingArtifact) => Promise<boolean>;
}

/**
 * Puts an artifact of the store at a place of this machine, whole and checked against its digest, or not at all.
 *
 * @param location Absolute path; what is there is replaced.
 * @throws {ServiceError} STORE_CORRUPT when the store has no such artifact or other bytes.
 */
export async function fetchArtifact(
  wanted: WantedArtifact,
  location: string,
  { artifacts, replace }: ArtifactPorts,
): Promise<void> {
  const { digest, uri = `the artifact ${digest} of ${artifacts.uri}` } = wanted;
  const files = await artifacts.files(wanted);
  if (files.length > 0 && (await replace(location, { digest, files }))) return;
  const what = files.length === 0 ? 'is not there' : 'does not have the digest that names it';
  throw new ServiceError('STORE_CORRUPT', `${uri} ${what}`, {
    retryable: false,
    fix: 'Register the version again; if bytes changed, check which process changed them.',
  });
}
