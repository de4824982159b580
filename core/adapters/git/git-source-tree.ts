import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import type { SourceTree } from '../../ports/source-tree.ts';
import { withoutTokens } from '../node/team-environment.ts';

/** Asks the `git` program for the files of its index. */
export class GitSourceTree implements SourceTree {
  readonly #directory: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(directory: string, env: Readonly<Record<string, string | undefined>>) {
    this.#directory = directory;
    this.#env = withoutTokens(env);
  }

  async files(): Promise<readonly string[] | undefined> {
    try {
      const options = { cwd: this.#directory, env: { ...this.#env }, maxBuffer: 1 << 28 };
      const { stdout } = await promisify(execFile)('git', ['ls-files', '-z'], options);
      const paths = [...new Set(stdout.split('\0').filter((file) => file !== ''))].sort(compareCodePoints);
      const isFile = await Promise.all(paths.map((file) => this.#isFile(file)));
      return paths.filter((_, index) => isFile[index]);
    } catch {
      return undefined;
    }
  }

  /** Submodules, links and files that were removed from the workspace are no sources. */
  async #isFile(file: string): Promise<boolean> {
    return lstat(path.join(this.#directory, file)).then(
      (found) => found.isFile(),
      () => false,
    );
  }
}
