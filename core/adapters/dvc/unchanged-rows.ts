import { statSync } from 'node:fs';
import { THREAD_LIMITS } from '../threads/thread-limits.ts';
import { workerEntry } from '../threads/worker-entry.ts';
import { WorkerThread } from '../threads/worker-thread.ts';
import { hasRows, type Rows, type RowsQuestion } from './has-rows.ts';

/** A folder under an output with its modification time, change time and inode. `''` is the output itself. */
export type IndexedFolder = readonly [path: string, mtimeMs: number, ctimeMs: number, inode: number];

/** Files and folders as they were. */
export interface RememberedRows {
  /** Absolute. */
  readonly folder: string;
  readonly folders: readonly IndexedFolder[];
  /** Relative to the folder. */
  readonly paths: readonly string[];
  /** Size, modification time, change time and inode of each path. */
  readonly numbers: Float64Array;
}

/** Chosen: below, a second thread takes longer to start than it saves. */
const ONE_THREAD_ROWS = 20_000;

/**
 * True if all files have the numbers that they had and no folder changed, so that none was added or removed. Every
 * file is asked for: its own change time is all that tells of a change of its bytes.
 */
export async function areRowsUnchanged({ folder, folders, paths, numbers }: RememberedRows): Promise<boolean> {
  for (const [under, mtimeMs, ctimeMs, inode] of folders) {
    const found = statSync(under === '' ? folder : `${folder}/${under}`, { throwIfNoEntry: false });
    const isSame = found?.mtimeMs === mtimeMs && found.ctimeMs === ctimeMs && found.ino === inode;
    if (!isSame || !found.isDirectory()) return false;
  }
  if (paths.length < ONE_THREAD_ROWS) return hasRows({ folder, paths, numbers });
  const half = paths.length >> 1;
  const inThread = hasRowsInThread({ folder, paths: paths.slice(half), numbers: numbers.slice(half * 4) });
  const here = hasRows({ folder, paths: paths.slice(0, half), numbers });
  return (await inThread) && here;
}

async function hasRowsInThread({ folder, paths, numbers }: Rows): Promise<boolean> {
  const entry = workerEntry('dvc/has-rows-worker');
  const thread = new WorkerThread<RowsQuestion, boolean>(entry, { resourceLimits: THREAD_LIMITS });
  try {
    return await thread.ask({ folder, paths: paths.join('\0'), numbers });
  } finally {
    await thread.close();
  }
}
