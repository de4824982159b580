/** A file of an artifact that comes from elsewhere. */
export interface IncomingFile {
  /** In the artifact's folder, `/`-separated. */
  readonly path: string;
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/** Puts artifacts into the workspace. */
export interface ArtifactWriter {
  /**
   * Replaces what lies at a path by an artifact, whole or not at all.
   *
   * @param location Absolute path.
   * @param artifact.digest What its bytes must have; nothing is replaced otherwise. One file whose own digest this is
   *   becomes a file, anything else a folder.
   * @returns Whether the digest was right.
   */
  replace(
    location: string,
    artifact: { readonly digest: string; readonly files: readonly IncomingFile[] },
  ): Promise<boolean>;
}
