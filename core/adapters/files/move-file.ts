import { randomUUID } from 'node:crypto';
import { constants, copyFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from './error-code.ts';

/**
 * Gives a file its final name, whole or not at all; it keeps its modification time. Where that is on another file system, a copy is made next to the
 * final name first: only there such a file may be left by a run that is killed.
 */
export function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    const beside = join(dirname(to), `.tidegate-${randomUUID()}.tmp`);
    try {
      copyFileSync(from, beside, constants.COPYFILE_EXCL);
      const { atimeMs, mtimeMs } = statSync(from);
      utimesSync(beside, atimeMs / 1000, mtimeMs / 1000);
      renameSync(beside, to);
    } finally {
      rmSync(beside, { force: true });
    }
    rmSync(from, { force: true });
  }
}
