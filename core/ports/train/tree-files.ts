/** A name in a folder. */
export interface TreeEntry {
  readonly name: string;
  /** False for a file, and for a link whatever it leads to. */
  readonly isFolder: boolean;
}

/** The files of a repository: those of the workspace, or those of a commit. Paths are relative to the working directory. */
export interface TreeFiles {
  /** Entries of a folder, in any order; empty if there is no such folder. `''` is the working directory. */
  list(folder: string): Promise<readonly TreeEntry[]>;
  /** The text of a file; undefined where there is none. */
  text(file: string): Promise<string | undefined>;
}
