/** Merging pull requests into the default branch. Errors as `VersionTags`. */
export interface Merging {
  /** Names of the checks that a branch requires before a merge, by its protection and by rulesets, sorted. */
  requiredChecks(branch: string): Promise<readonly string[]>;
  /**
   * Merges a pull request if its head is still that commit and GitHub has nothing against it.
   *
   * @returns Why not; undefined: it is merged.
   */
  merge(number: number, headSha: string): Promise<string | undefined>;
}
