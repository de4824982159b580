import { rmdirSync } from 'node:fs';
import { folderOf, isWithin } from '../../domain/data/repository-path.ts';
import { errorCode } from './error-code.ts';

/**
 * Removes a folder and those above it as long as they are empty.
 *
 * @param root Absolute.
 * @param range.from The first one, relative to the root.
 * @param range.within The last one, which stays.
 */
export function removeEmptyFolders(root: string, { from, within }: { from: string; within: string }): void {
  for (let folder = from; folder !== within && isWithin(folder, within); folder = folderOf(folder)) {
    try {
      rmdirSync(`${root}/${folder}`);
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) return;
      throw error;
    }
  }
}
