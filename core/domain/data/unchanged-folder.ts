/** A file of a folder. */
export interface FolderFile {
  readonly path: string;
  /** Its name as an object. */
  readonly md5: string;
  readonly sizeBytes: number;
}

/** A folder of which nothing changed since it was confirmed. */
export interface UnchangedFolder {
  /** Number of its files. */
  readonly count: number;
  /** In the order in which they were confirmed. */
  files(): Iterable<Pick<FolderFile, 'path' | 'md5'>>;
}
