import type * as fs from 'node:fs';
import { statSync } from 'node:fs';
import type * as threads from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import { THREAD_LIMITS } from '../threads/thread-limits.ts';

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

/** What one thread looks at. */
interface Rows {
  readonly folder: string;
  readonly paths: readonly string[];
  readonly numbers: Float64Array;
}

/** Chosen: below, a second thread takes longer to start than it saves. */
const ONE_THREAD_ROWS = 20_000;

/**
 * Whether all files have the numbers that they had and no folder changed, so that none was added or removed. Every
 * file is asked for: its own change time is all that tells of a change of its bytes.
 */
export async function areRowsUnchanged({ folder, folders, paths, numbers }: RememberedRows): Promise<boolean> {
  for (const [under, mtimeMs, ctimeMs, inode] of folders) {
    const found = statSync(under === '' ? folder : `${folder}/${under}`, { throwIfNoEntry: false });
    const isSame = found?.mtimeMs === mtimeMs && found.ctimeMs === ctimeMs && found.ino === inode;
    if (!isSame || !found.isDirectory()) return false;
  }
  if (paths.length < ONE_THREAD_ROWS) return checkRows({ statSync }, { folder, paths, numbers });
  const half = paths.length >> 1;
  const beside = checkBeside({ folder, paths: paths.slice(half), numbers: numbers.slice(half * 4) });
  const here = checkRows({ statSync }, { folder, paths: paths.slice(0, half), numbers });
  return (await beside) && here;
}

function checkBeside(rows: Rows): Promise<boolean> {
  // As text, because a bundle is one file: the functions below use nothing but their parameters.
  const source = `(${answer.toString()})(require('node:worker_threads'), require('node:fs'), ${checkRows.toString()})`;
  // One text goes to the other thread faster than many.
  const workerData = { ...rows, paths: rows.paths.join('\0') };
  const worker = new Worker(source, { eval: true, workerData, resourceLimits: THREAD_LIMITS });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function answer(
  { parentPort, workerData }: typeof threads,
  { statSync: stat }: Pick<typeof fs, 'statSync'>,
  check: typeof checkRows,
): void {
  const rows = { ...workerData, paths: workerData.paths.split('\0') };
  parentPort?.postMessage(check({ statSync: stat }, rows));
}

function checkRows({ statSync: stat }: Pick<typeof fs, 'statSync'>, { folder, paths, numbers }: Rows): boolean {
  const options = { throwIfNoEntry: false } as const;
  for (let row = 0, at = 0; row < paths.length; row += 1, at += 4) {
    const found = stat(`${folder}/${paths[row]}`, options);
    if (found === undefined) return false;
    if (numbers[at] !== found.size || numbers[at + 1] !== found.mtimeMs) return false;
    if (numbers[at + 2] !== found.ctimeMs || numbers[at + 3] !== found.ino) return false;
  }
  return true;
}
