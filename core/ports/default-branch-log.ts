/** A commit of the default branch. */
export interface LoggedCommit {
  readonly sha: string;
  /** When it was committed; epoch milliseconds. */
  readonly committedAtMs: number;
}

/** The latest commits of the default branch. Errors as `VersionTags`. */
export interface DefaultBranchLog {
  /** The newest commits, newest first; at most 30. */
  recent(): Promise<readonly LoggedCommit[]>;
  /** The newest commits that changed a file, newest first; at most 30. */
  ofFile(file: string): Promise<readonly LoggedCommit[]>;
}
