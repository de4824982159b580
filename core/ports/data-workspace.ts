/** What lies at a path of the workspace. */
export type WorkspaceEntry = WorkspaceFile | WorkspaceFolder;

/** A file with its digest. */
export interface WorkspaceFile {
  readonly kind: 'file';
  /** 32 hex digits. */
  readonly md5: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
}

/** A folder with all files under it that `.dvcignore` does not leave out. */
export interface WorkspaceFolder {
  readonly kind: 'folder';
  /** Relative to the folder, `/`-separated. */
  readonly files: readonly { readonly path: string; readonly md5: string; readonly sizeBytes: number }[];
}

/** Where data is to appear. */
export interface Placement {
  /** Relative to the workspace, `/`-separated. */
  readonly path: string;
  /** 32 hex digits of an object in the cache. */
  readonly md5: string;
  readonly isExecutable: boolean;
}

/** The data files of the workspace. Paths are relative to it, `/`-separated. */
export interface DataWorkspace {
  /** Whether a file or folder lies at a path. */
  exists(path: string): Promise<boolean>;
  /** Reads and hashes what lies at a path; undefined for nothing. */
  inspect(path: string): Promise<WorkspaceEntry | undefined>;
  /**
   * Makes a cached object appear at a path, whole or not at all, replacing a file that is there.
   *
   * @throws {UserError} PATH_UNSAFE when a folder on the way is a link.
   */
  place(placement: Placement): Promise<void>;
  /** Removes a file or folder; nothing there is fine. */
  remove(path: string): Promise<void>;
  /** The bytes of a file, which must be there. */
  content(path: string): AsyncIterable<Uint8Array>;
}
