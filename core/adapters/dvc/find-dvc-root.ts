import { statSync } from 'node:fs';
import path from 'node:path';

/** A folder to start from, and where to stop. */
export interface DvcSearch {
  /** Absolute. */
  readonly directory: string;
  /** Absolute; the last folder that is looked at, where it is the directory or above it. */
  readonly top: string | undefined;
}

/**
 * The folder that holds `.dvc`, looked for from a directory upwards as DVC does.
 *
 * @returns Absolute; undefined where there is none.
 */
export function findDvcRoot({ directory, top }: DvcSearch): string | undefined {
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    if (statSync(path.join(folder, '.dvc'), { throwIfNoEntry: false })?.isDirectory() === true) return folder;
    if (folder === top || folder === path.dirname(folder)) return undefined;
  }
}
