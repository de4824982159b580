/** The newest commit of a branch. */
export interface BranchHead {
  readonly sha: string;
  /** Login of its author; null where GitHub knows none. */
  readonly author: string | null;
  readonly message: string;
}

/** A commit to make. */
export interface NewCommit {
  readonly branch: string;
  /** The only parent. */
  readonly base: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly message: string;
  /** Where the branch was when this was decided; undefined: there was none. */
  readonly expected: string | undefined;
}

/** The branches of the repository on its host. Errors as `VersionTags`. */
export interface Branches {
  /** The default branch and its newest commit. */
  default(): Promise<{ readonly name: string; readonly sha: string }>;
  /** Undefined where there is no such branch. */
  head(branch: string): Promise<BranchHead | undefined>;
  /**
   * Makes a commit of our own on `base` and moves the branch there. A file keeps its mode. Returns the commit.
   *
   * @throws {ServiceError} GITHUB_CONFLICT as `move`; {UserError} PATH_UNSAFE where a path is a link.
   */
  commit(commit: NewCommit): Promise<string>;
  /**
   * Creates the branch at a commit, or moves it there, also back.
   *
   * @throws {ServiceError} GITHUB_CONFLICT (retryable) where the branch is not where it is expected: somebody else was
   *   faster, and nothing of theirs is lost.
   */
  move(branch: string, sha: string, expected: string | undefined): Promise<void>;
  /** Paths that differ between two commits, both names of a rename; from their merge base. */
  changedFiles(base: string, head: string): Promise<readonly string[]>;
}
