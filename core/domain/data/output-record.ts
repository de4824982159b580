/** New digest and size of an output. */
export interface OutputRecord {
  /** Relative to the repository root. */
  readonly path: string;
  /** 32 hex digits, with `.dir` for a folder. */
  readonly md5: string;
  /** Undefined where it is not known: files of the folder are not on this machine. DVC leaves it out then, too. */
  readonly sizeBytes: number | undefined;
  /** Number of files of a folder; undefined for a file. */
  readonly fileCount: number | undefined;
  readonly isExecutable: boolean;
}
