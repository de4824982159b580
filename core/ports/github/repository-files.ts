/** Files of the repository on its host, at a commit or branch. */
export interface RepositoryFiles {
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
   * What a file is at several commits, by the name of its Git object: equal names are equal bytes.
   *
   * @param commits At most 100 are asked for at once.
   * @returns In the order of `commits`; undefined where the commit has no such file.
   * @throws {ServiceError} As `read`.
   */
  objectIds(path: string, commits: readonly string[]): Promise<readonly (string | undefined)[]>;
}
