import type { ManifestEntry } from '../../domain/data/directory-manifest.ts';
import { isWithin } from '../../domain/data/repository-path.ts';
import type { FolderFile } from '../../domain/data/unchanged-folder.ts';

/** A tracked folder of which only parts are here, or only parts are to be recorded. Paths are relative to it. */
export interface PartialFolder {
  /** The files that are recorded. */
  readonly recorded: readonly ManifestEntry[];
  /** Their size together, where it is known. */
  readonly sizeBytes: number | undefined;
  /** The files that are here. */
  readonly here: readonly FolderFile[];
  /** Paths to record; `''` for all. */
  readonly parts: readonly string[];
  /** Folders that were brought whole, so that a missing file counts as removed; undefined for all. */
  readonly brought: readonly string[] | undefined;
}

/** A folder as it is to be recorded. */
export interface MergedFolder {
  readonly entries: readonly ManifestEntry[];
  /** Of these, those whose bytes are here. */
  readonly taken: readonly FolderFile[];
  /** Recorded files that stay although they are not here. */
  readonly keptCount: number;
  /** As DVC has it, not known where a recorded file is replaced or removed. */
  readonly sizeBytes: number | undefined;
}

/** Records parts of a folder and leaves the rest as it was recorded, as `dvc add <file in a folder>` does. */
export function mergeFolder({ recorded, sizeBytes, here, parts, brought }: PartialFolder): MergedFolder {
  const isOf = (path: string, some: readonly string[]) => some.some((part) => isWithin(path, part));
  const taken = here.filter(({ path }) => isOf(path, parts));
  const present = new Map(taken.map((file) => [file.path, file.md5]));
  const isRemoved = (path: string) => isOf(path, parts) && (brought === undefined || isOf(path, brought));
  const kept = recorded.filter(({ path }) => !present.has(path) && !isRemoved(path));
  const known = new Map(recorded.map((entry) => [entry.path, entry.md5]));
  const isExtended = recorded.every(({ path, md5 }) =>
    present.has(path) ? present.get(path) === md5 : !isRemoved(path),
  );
  const added = taken.filter(({ path }) => !known.has(path)).reduce((sum, file) => sum + file.sizeBytes, 0);
  return {
    entries: [...kept, ...taken.map(({ path, md5 }) => ({ path, md5 }))],
    taken,
    keptCount: kept.length,
    sizeBytes: isExtended && sizeBytes !== undefined ? sizeBytes + added : undefined,
  };
}
