/** The default branch, and a commit that it pointed to. */
export interface BaseBranch {
  readonly name: string;
  readonly sha: string;
}

/** A commit that the default branch pointed to. */
export interface BranchTip {
  readonly sha: string;
  /** When the branch got there, by the host's own clock; epoch milliseconds. Never a date out of a commit. */
  readonly arrivedAtMs: number;
}

/** What the default branch pointed to over time. */
export interface BranchTips {
  /** Newest first; the first one is the commit that was asked from. */
  readonly tips: readonly BranchTip[];
  /** The branch pointed to nothing before the last one; false where the list is cut. */
  readonly isWhole: boolean;
}

/** The moves of the default branch, as its host recorded them: one for each push and merge. Errors as `VersionTags`. */
export interface DefaultBranchLog {
  /**
   * The commits that the branch pointed to, up to one of them.
   *
   * @param base Where it was when this was asked for; what came later is left out.
   * @param atMost How many; a multiple of 100 costs the fewest requests.
   */
  tips(base: BaseBranch, atMost: number): Promise<BranchTips>;

  /**
   * Whether the branch of that name ever pointed to that commit. An ancestor of its newest commit may never have been there: a merge
   * brings all that the merged branch had, and nobody looked at one of those alone.
   *
   * @param atMost How many moves are looked at.
   * @returns Undefined where the log does not reach back that far.
   */
  wasAt(wanted: BaseBranch, atMost: number): Promise<boolean | undefined>;
}
