import type { HashedArtifact } from '../../domain/model/artifact-digest.ts';

/** Digests of files and folders of the workspace. */
export interface ArtifactHasher {
  /**
   * Reads the whole file or folder. Links are followed; folders without files do not count.
   *
   * @param location Absolute path.
   * @throws {UserError} DATA_NOT_FOUND when it is not there, DATA_INVALID when a name is not UTF-8.
   */
  hash(location: string): Promise<HashedArtifact>;
  /** sha256 of a text's UTF-8 bytes, as `sha256:<hex>`. */
  hashText(text: string): string;
  /** sha256 of bytes as they come, as `sha256:<hex>`. */
  hashChunks(chunks: AsyncIterable<Uint8Array>): Promise<string>;
}
