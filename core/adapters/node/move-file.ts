import { randomUUID } from 'node:crypto';
import { constants, copyFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from './error-code.ts';

/**
 * Gives a file its final name, whole or not at all. Where that is on another file system, a copy is made beside the
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
      renameSync(beside, to);
    } finally {
      rmSync(beside, { force: true });
    }
    rmSync(from, { force: true });
  }
}
