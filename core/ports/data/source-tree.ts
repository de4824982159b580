/** The files of the repository that Git knows. */
export interface SourceTree {
  /**
   * Those that are files in the workspace: no links, no submodules, none that was removed.
   *
   * @returns Relative to the working directory, sorted; undefined where there is no repository.
   * @throws {UserError} GIT_FAILED where there is one and Git cannot list it.
   */
  files(): Promise<readonly string[] | undefined>;
  /** All of them, whatever they are in the workspace. Otherwise as `files`. */
  tracked(): Promise<readonly string[] | undefined>;
}
