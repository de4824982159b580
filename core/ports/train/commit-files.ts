import type { TreeFiles } from './tree-files.ts';

/** The files of a commit, read from Git's objects: nothing that was written to the workspace since changes them. */
export interface CommitFiles extends TreeFiles {
  readonly sha: string;
  /** False: the workflow run is for another commit, which the repository does not have. */
  readonly isOfRun: boolean;
  /** All regular files below the working directory, sorted. */
  files(): Promise<readonly string[]>;
  /**
   * `sha256:<hex>` of the bytes of files. A pointer of Git LFS represents the bytes that it points at.
   *
   * @returns Those of the given files that the commit has.
   */
  digests(files: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
