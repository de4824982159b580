/** Keeps data out of Git. */
export interface IgnoreFiles {
  /** Makes Git ignore a path, by a line in the `.gitignore` beside it, unless it does already or there is no Git. */
  ignore(path: string): Promise<void>;
}
