import { compareCodePoints } from '../text/compare-code-points.ts';

/** A file of an artifact or dataset. */
export interface HashedFile {
  /** Relative to the artifact's folder, `/`-separated; the file's own name when the artifact is one file. */
  readonly path: string;
  /** `sha256:<64 hex digits>` of its bytes. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** A file or folder with its digest. */
export interface HashedArtifact {
  readonly kind: 'file' | 'folder';
  /** `sha256:<64 hex digits>`: of the bytes of a file, of `formatDigestLines` of a folder. */
  readonly digest: string;
  /** Sum over its files. */
  readonly sizeBytes: number;
  /** Sorted by path bytes. */
  readonly files: readonly HashedFile[];
}

/**
 * The text whose sha256 is the digest of a folder: a line `<sha256 hex>  <path>` for each file, sorted by path bytes,
 * which is what `sha256sum` prints. Empty for no files.
 *
 * @param files In any order; paths are unique.
 */
export function formatDigestLines(files: readonly Pick<HashedFile, 'path' | 'digest'>[]): string {
  return [...files]
    .sort((left, right) => compareCodePoints(left.path, right.path))
    .map((file) => `${digestHex(file.digest)}  ${file.path}\n`)
    .join('');
}

/**
 * The hex digits of `sha256:<hex>`.
 *
 * @throws {RangeError} for anything else: digests are checked where they enter.
 */
export function digestHex(digest: string): string {
  const found = /^sha256:([0-9a-f]{64})$/.exec(digest);
  if (found?.[1] === undefined) throw new RangeError(`${JSON.stringify(digest)} is not sha256:<64 hex digits>`);
  return found[1];
}
