/** Told of a transfer as it goes; what it does with that is its own business. */
export interface TransferProgress {
  /**
   * A new piece of work begins.
   *
   * @param totalBytes Where it is known.
   */
  start(title: string, totalFiles: number, totalBytes?: number): void;
  /** Some bytes of a large file are done, ahead of `add`. */
  part(sizeBytes: number): void;
  /** One file is done, with the given number of bytes that `part` was not told of. */
  add(sizeBytes: number): void;
  /** The piece of work ended. */
  finish(): void;
}
