/** Takes reports out of the zip of a workflow artifact, which a pull request's own code may have made. */
export interface ReportArchive {
  /**
   * The wanted files of the archive's top level that are there. Nothing is written to disk.
   *
   * @param names File names without folders.
   * @throws {UserError} REPORT_INVALID for what is no zip, or has too many entries, or lies about a size;
   *   REPORT_TOO_LARGE for a wanted file above `MAX_REPORT_BYTES` once unpacked.
   */
  read(zip: Uint8Array, names: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
}
