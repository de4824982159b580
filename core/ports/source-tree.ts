/** The files of the repository that Git knows. */
export interface SourceTree {
  /** Relative to the working directory, sorted; undefined where there is no repository. */
  files(): Promise<readonly string[] | undefined>;
}
