import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { UserError } from '../../errors.ts';
import type { SourceTree } from '../../ports/source-tree.ts';
import { withoutTokens } from '../node/team-environment.ts';

/** Of another user in a job's container, Git would list nothing; and no program is needed to list. */
const OPTIONS = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false'];

/** Asks the `git` program for the files of its index. */
export class GitSourceTree implements SourceTree {
  readonly #directory: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(directory: string, env: Readonly<Record<string, string | undefined>>) {
    this.#directory = directory;
    this.#env = withoutTokens(env);
  }

  async files(): Promise<readonly string[] | undefined> {
    const paths = await this.tracked();
    if (paths === undefined) return undefined;
    const isFile = await Promise.all(paths.map((file) => this.#isFile(file)));
    return paths.filter((_, index) => isFile[index]);
  }

  async tracked(): Promise<readonly string[] | undefined> {
    try {
      const options = { cwd: this.#directory, env: { ...this.#env }, maxBuffer: 1 << 28 };
      const { stdout } = await promisify(execFile)('git', [...OPTIONS, 'ls-files', '-z'], options);
      return [...new Set(stdout.split('\0').filter((file) => file !== ''))].sort(compareCodePoints);
    } catch (cause) {
      if (!(await this.#isRepository())) return undefined;
      throw new UserError('CONFIG_INVALID', `git cannot list the files of the repository at ${this.#directory}`, {
        fix: "Check that git is on the PATH of this job, and that 'git ls-files' works there.",
        cause,
      });
    }
  }

  /** Whether this folder or one above holds `.git`. */
  async #isRepository(): Promise<boolean> {
    for (let folder = path.resolve(this.#directory); ; folder = path.dirname(folder)) {
      const found = await lstat(path.join(folder, '.git')).catch(() => undefined);
      if (found !== undefined) return true;
      if (folder === path.dirname(folder)) return false;
    }
  }

  async #isFile(file: string): Promise<boolean> {
    return lstat(path.join(this.#directory, file)).then(
      (found) => found.isFile(),
      () => false,
    );
  }
}
