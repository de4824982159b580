import type { HashedArtifact } from '../../domain/model/artifact-digest.ts';

/** A file of a stored artifact. */
export interface StoredFile {
  /** In the artifact's folder, `/`-separated; checked by the caller before it becomes a path of this machine. */
  readonly path: string;
  /** Its bytes from the start. Errors may also come while reading. */
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/** A stored artifact to read. */
export interface WantedArtifact {
  /** `sha256:<hex>` of its bytes. */
  readonly digest: string;
  /** Its URI in this store, where the caller knows it: a store that keeps several forms of the bytes then reads that one. */
  readonly uri?: string | undefined;
}

/** Opens a file of an artifact on this machine, by its path in the artifact; from the start at each call. */
export type OpenFile = (path: string) => AsyncIterable<Uint8Array>;

/**
 * The artifacts of a store, each a tree of files that is found by the digest of its bytes.
 *
 * Every method throws `ServiceError` STORE_REFUSED (not retryable) and STORE_UNREACHABLE (retryable), and STORE_CORRUPT
 * for other bytes than those of a digest.
 */
export interface ArtifactStore {
  /** Address, without credentials and without a trailing slash. */
  readonly uri: string;
  /** The immutable URI that an artifact has here, stored or not. Asks no one. */
  uriOf(artifact: HashedArtifact): string;
  /** Stores the artifact: whole, or it is not found. What is there already stays, and has these bytes. */
  put(artifact: HashedArtifact, open: OpenFile): Promise<void>;
  /** Gives a stored artifact a name for people, in a store that has such names; other bytes lose it. No component reads it. */
  label?(wanted: WantedArtifact, name: string): Promise<void>;
  /** Files of an artifact, in no promised order; empty where the store does not have it. The caller checks the whole. */
  files(wanted: WantedArtifact): Promise<readonly StoredFile[]>;
}
