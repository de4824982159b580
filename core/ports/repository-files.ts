/** Files of the repository on its host, at a commit or branch. */
export interface RepositoryFiles {
  /**
   * The text of a file.
   *
   * @param ref A commit, branch or tag; undefined for the default branch.
   * @returns Undefined where there is no such file.
   * @throws {ServiceError} GITHUB_REFUSED, GITHUB_UNREACHABLE; {UserError} DATA_UNSUPPORTED for links and folders.
   */
  read(path: string, ref?: string): Promise<string | undefined>;
}
