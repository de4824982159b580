/** A merged pull request. */
export interface MergedChange {
  readonly number: number;
  /** The commit that was judged before the merge. */
  readonly headSha: string;
}

/** What brought commits to the default branch. Errors as `VersionTags`. */
export interface MergedChanges {
  /** The merged pull requests that a commit of the default branch came by: its merge or squash commit is this one. */
  of(commit: string): Promise<readonly MergedChange[]>;
  /** Ids of the finished runs for a pull request's head, newest first; the newest 30. */
  runsOf(headSha: string): Promise<readonly number[]>;
}
