/** How commits of the repository follow each other, on its host. */
export interface CommitHistory {
  /** Whether `commit` is `of` itself or one of its ancestors. Throws like `VersionTags`. */
  isAncestorOrSame(commit: string, of: string): Promise<boolean>;
}
