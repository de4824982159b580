import type { DatasetOrigin } from '../../domain/data/dataset-origin.ts';

/** Files of a dataset, read once and compared with what names them. */
export interface CheckedFiles {
  readonly origin: DatasetOrigin;
  /** Why it is `unknown`: a clause. */
  readonly note: string | undefined;
  /** `sha256:<hex>` of each file, in the order that was asked for. */
  readonly digests: readonly string[];
}

/** Tells who answers for the bytes of datasets. */
export interface DatasetOrigins {
  /**
   * Computes the digests of files from their bytes and compares them with what the commit names.
   *
   * @param files Absolute paths.
   * @param isFetched They were brought from an address outside of the repository just now.
   * @throws {UserError} DATASET_MISMATCH with every file that is not what the commit names.
   */
  check(files: readonly string[], isFetched: boolean): Promise<CheckedFiles>;
}
