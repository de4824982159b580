/** Told of a transfer as it goes; what it does with that is its own business. */
export interface TransferProgress {
  /** A new piece of work begins. */
  start(title: string, totalFiles: number): void;
  /** One file is done. */
  add(sizeBytes: number): void;
  /** The piece of work ended. */
  finish(): void;
}
