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
