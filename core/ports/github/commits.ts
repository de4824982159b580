/** The default branch, and a commit that it pointed to. */
export interface BaseBranch {
  readonly name: string;
  readonly sha: string;
}

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
  /** Commit of the branch at the time of the decision; undefined if it did not exist. */
  readonly expected: string | undefined;
}

/** A commit that the default branch pointed to. */
export interface BranchTip {
  readonly sha: string;
  /** When the branch got there, by the host's own clock; epoch milliseconds. Never a date out of a commit. */
  readonly arrivedAtMs: number;
}

/** Earlier heads of the default branch. */
export interface BranchTips {
  /** Newest first; the first one is the commit that was asked from. */
  readonly tips: readonly BranchTip[];
  /** The branch pointed to nothing before the last one; false where the list is cut. */
  readonly isWhole: boolean;
}

/** Branches of the repository on its host, their commits and the files in them. Errors as `VersionTags`. */
export interface Commits {
  /** The default branch and its newest commit. */
  default(): Promise<BaseBranch>;
  /** Undefined where there is no such branch. */
  head(branch: string): Promise<BranchHead | undefined>;
  /**
   * Makes a commit of our own on `base` and moves the branch there. A file keeps its mode. Returns the commit.
   *
   * @throws {ServiceError} GITHUB_CONFLICT (retryable) where the branch is not where it is expected: another process was
   *   faster, and nothing of its work is lost; {UserError} PATH_UNSAFE where a path is a link,
   *   BRANCH_BLOCKED for a new branch below one that exists.
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
  /** Entries at the root of a commit, by name: equal texts are equal files and folders. */
  rootEntries(commit: string): Promise<ReadonlyMap<string, string>>;
  /** True if `commit` is `of` itself or one of its ancestors. */
  isAncestorOrSame(commit: string, of: string): Promise<boolean>;
  /**
   * The text of a file.
   *
   * @param ref A commit, branch or tag; undefined for the default branch.
   * @returns Undefined where there is no such file.
   * @throws {ServiceError} GITHUB_REFUSED, GITHUB_UNREACHABLE; {UserError} DATA_UNSUPPORTED for links and folders,
   *   INPUT_TOO_COSTLY for a file above the limit of what is read, ENCODING_INVALID for one that is not UTF-8.
   */
  read(path: string, ref?: string): Promise<string | undefined>;
  /**
   * Content of a file at several commits, as the name of its Git object: equal names are equal bytes.
   *
   * @param commits At most 100 are asked for at once.
   * @returns In the order of `commits`; undefined where the commit has no such file.
   * @throws {ServiceError} As `read`.
   */
  objectIds(path: string, commits: readonly string[]): Promise<readonly (string | undefined)[]>;
  /**
   * The commits that the default branch pointed to, up to one of them: one for each push and merge, as the host recorded them.
   *
   * @param base Where it was when this was asked for; what came later is left out.
   * @param atMost How many; a multiple of 100 costs the fewest requests.
   */
  tips(base: BaseBranch, atMost: number): Promise<BranchTips>;
  /**
   * True if the branch of that name ever pointed to that commit. An ancestor of its newest commit may never have been
   * there: a merge brings all that the merged branch had, and no one looked at one of those alone.
   *
   * @param atMost How many moves are looked at.
   * @returns Undefined where the log does not reach back that far.
   */
  wasAt(wanted: BaseBranch, atMost: number): Promise<boolean | undefined>;
}

/** The part that reads files. */
export type CommittedFiles = Pick<Commits, 'read' | 'objectIds'>;
