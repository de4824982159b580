import { statSync } from 'node:fs';

/** Files as they were. */
export interface Rows {
  /** Absolute. */
  readonly folder: string;
  /** Relative to the folder. */
  readonly paths: readonly string[];
  /** Size, modification time, change time and inode of each path. */
  readonly numbers: Float64Array;
}

/** The same for a thread. The paths are one text with NUL between them, which is copied faster than many texts. */
export type RowsQuestion = Omit<Rows, 'paths'> & { readonly paths: string };

/** Returns whether each file has the numbers that it had. False at the first that has others, or is gone. */
export function hasRows({ folder, paths, numbers }: Rows): boolean {
  const options = { throwIfNoEntry: false } as const;
  for (let row = 0, at = 0; row < paths.length; row += 1, at += 4) {
    const found = statSync(`${folder}/${paths[row]}`, options);
    if (found === undefined) return false;
    if (numbers[at] !== found.size || numbers[at + 1] !== found.mtimeMs) return false;
    if (numbers[at + 2] !== found.ctimeMs || numbers[at + 3] !== found.ino) return false;
  }
  return true;
}
