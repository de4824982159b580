/** Takes reports out of the zip of a workflow artifact, which a pull request's own code may have made. */
export interface ReportArchive {
  /**
   * The wanted files of the archive's top level that are there. Nothing is written to disk. One archive at a time is in
   * memory, whatever number is asked for: the next one is fetched when this one was read.
   *
   * @param fetchZip Downloads the zip. Its errors are handed on.
   * @param names File names without folders.
   * @throws {UserError} REPORT_INVALID for what is not a zip, has too many entries or one twice, or misstates a size;
   *   REPORT_TOO_LARGE for a wanted file above the limit of what the bot reads once unpacked.
   */
  read(fetchZip: () => Promise<Uint8Array>, names: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
}
