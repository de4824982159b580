import type { DataProject } from '../../domain/data/data-project.ts';

/** Reads what a repository says of its data. */
export interface DataProjectReader {
  /**
   * Reads all of DVC's files of the workspace as they are now.
   *
   * @throws {UserError} DVC_INVALID, DVC_UNSUPPORTED, PATH_UNSAFE at the file that is wrong.
   */
  read(): Promise<DataProject>;
}
