import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import type { SourceTree } from '../../ports/data/source-tree.ts';
import { isAbsence } from '../files/absent.ts';
import { askGit, type GitPlace } from './ask-git.ts';

/** Asks the `git` program for the files of its index. */
export class GitSourceTree implements SourceTree {
  readonly #place: GitPlace;

  constructor(directory: string, env: GitPlace['env']) {
    this.#place = { directory, env };
  }

  async files(): Promise<readonly string[] | undefined> {
    const paths = await this.tracked();
    if (paths === undefined) return undefined;
    const isFile = await Promise.all(paths.map((file) => this.#isFile(file)));
    return paths.filter((_, index) => isFile[index]);
  }

  async tracked(): Promise<readonly string[] | undefined> {
    const listed = await askGit(this.#place, ['ls-files', '-z']);
    if (listed === undefined) return undefined;
    return [...new Set(listed.stdout.split('\0').filter((file) => file !== ''))].sort(compareCodePoints);
  }

  async #isFile(file: string): Promise<boolean> {
    return lstat(path.join(this.#place.directory, file)).then(
      (found) => found.isFile(),
      (error: unknown) => {
        if (isAbsence(error)) return false;
        throw error;
      },
    );
  }
}
