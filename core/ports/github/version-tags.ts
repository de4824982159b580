import type { TagReference } from '../../domain/registry/active-versions.ts';

/** An annotated tag, read. */
export interface TagDetails {
  /** As it was written, but for line feeds at its end, which a host may drop. */
  readonly message: string;
  /** The commit that it points to. */
  readonly commit: string;
  /** ISO 8601. */
  readonly taggedAt: string | null;
}

/** A tag to make. */
export interface NewTag {
  readonly name: string;
  readonly message: string;
  readonly commit: string;
}

/**
 * The tags of the repository on its host: the register of versions. Nothing needs to be checked out.
 *
 * A finished `create` is seen by the next `list`. Errors: `ServiceError` GITHUB_REFUSED (not retryable) and
 * GITHUB_UNREACHABLE (retryable; the adapter has retried by itself).
 */
export interface VersionTags {
  /** Every tag whose name starts with the model's, of all pages. */
  list(model: string): Promise<readonly TagReference[]>;
  read(tag: TagReference): Promise<TagDetails>;
  /** Several at once, in their order: for many tags a request does. */
  readAll(tags: readonly TagReference[]): Promise<readonly TagDetails[]>;
  /** Creates an annotated tag. The ref is the lock of the name: of two racing calls one answers `taken`. */
  create(tag: NewTag): Promise<'created' | 'taken'>;
}

/** Statements, signed by the register job, about the documents of versions. */
export interface VersionAttestations {
  /**
   * The document with a digest, where a valid signature by the release workflow of this repository's default branch
   * vouches for it.
   *
   * @param digest `sha256:<hex>` of the document.
   * @returns Its bytes, and who signed for people; undefined where there is no such statement.
   */
  documentOf(digest: string): Promise<{ readonly bytes: Uint8Array; readonly signer: string } | undefined>;
}
