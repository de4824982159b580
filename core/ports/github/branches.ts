/** The newest commit of a branch. */
export interface BranchHead {
  readonly sha: string;
  /** The name of its tree: equal names are equal files everywhere. */
  readonly tree: string;
  readonly parents: readonly string[];
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
   * @throws {ServiceError} GITHUB_CONFLICT (retryable) where the branch is not where it is expected: somebody else was
   *   faster, and nothing of theirs is lost; {UserError} PATH_UNSAFE where a path is a link.
   */
  commit(commit: NewCommit): Promise<string>;
  /**
   * The name of the tree that a commit's tree becomes with these files; nothing is written. A file keeps its mode.
   *
   * @throws {UserError} PATH_UNSAFE where a path is a link.
   */
  treeWith(base: string, files: NewCommit['files']): Promise<string>;
  /**
   * Paths that differ between two commits, both names of a rename; from their merge base.
   *
   * @returns Undefined where the host does not list them all.
   */
  changedFiles(base: string, head: string): Promise<readonly string[] | undefined>;
  /** The newest commit that both have; undefined where they have none, or one of them is not there. */
  mergeBase(base: string, head: string): Promise<string | undefined>;
  /** What lies at the root of a commit, by name: equal texts are equal files and folders. */
  rootEntries(commit: string): Promise<ReadonlyMap<string, string>>;
}
