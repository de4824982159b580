import type { ManifestEntry } from '../../domain/data/directory-manifest.ts';

/** A file whose digests are wanted. */
export interface ByteRequest {
  /** Absolute. */
  readonly file: string;
  /** Name of an object of DVC: the digest of the same kind is wanted too. */
  readonly like: string | undefined;
}

/** Digests of a file. */
export interface ByteDigests {
  /** `sha256:<hex>` */
  readonly sha256: string;
  /** The name that the file has as an object; undefined where none of its kind was asked for. */
  readonly objectName: string | undefined;
}

/** Reads data files for their digests. Nothing is remembered: what another step of the job left is not believed. */
export interface DataBytes {
  /** In the order that was asked for. */
  digests(files: readonly ByteRequest[]): Promise<readonly ByteDigests[]>;
  /**
   * The files that the object of a folder names, from DVC's cache or from the folder itself.
   *
   * @param folder Absolute.
   * @returns Undefined where neither has this object.
   */
  folderFiles(name: string, folder: string): Promise<readonly ManifestEntry[] | undefined>;
}
