/** A pull request to merge, as it was looked at. */
export interface WantedMerge {
  readonly number: number;
  readonly headSha: string;
  /** The branch that it is for. */
  readonly baseRef: string;
}

/** Merging pull requests into the default branch. Errors as `VersionTags`. */
export interface Merging {
  /** Names of the checks that a branch requires before a merge, by its protection and by rulesets, sorted. */
  requiredChecks(branch: string): Promise<readonly string[]>;
  /**
   * Merges a pull request if its head is still that commit, it is still for that branch, and GitHub has nothing against it.
   *
   * @returns Why not; undefined: it is merged.
   */
  merge(wanted: WantedMerge): Promise<string | undefined>;
}
