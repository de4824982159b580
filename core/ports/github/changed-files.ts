/** What differs from the last commit. */
export interface ChangedFiles {
  /**
   * Files that were changed, added or removed since the last commit, relative to the working directory and sorted.
   *
   * @param endings Only names that end so (`.dvc`, `dvc.lock`).
   * @returns undefined where the working directory is in no Git repository.
   */
  list(endings: readonly string[]): Promise<readonly string[] | undefined>;
}
