import type { PlainValue } from '../../domain/data/plain-value.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';

/** Source of a run's inputs: the workspace that trains, or the commit of its check-out. */
export interface RunSource {
  /** False for a commit: what it does not have may have been in the workspace all the same. */
  readonly isWhole: boolean;
  /** Regular files that Git has, below the working directory, sorted; undefined where there is no repository. */
  gitFiles(): Promise<readonly string[] | undefined>;
  /** `sha256:<hex>` of the bytes of files, by path. */
  digests(files: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The object of DVC that an output is: of the workspace by its bytes where it is there, else as it was recorded. */
  objectName(output: TrackedOutput): Promise<string | undefined>;
  /** `sha256:<hex>` of a file or folder that neither Git nor DVC names; only of a source that is whole. */
  otherDigest(path: string): Promise<string>;
  /**
   * The value of a parameters file; undefined where there is none.
   *
   * @throws {UserError} DVC_INVALID for broken syntax.
   */
  read(file: string): Promise<PlainValue | undefined>;
}
