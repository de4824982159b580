import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import type { ChangedFiles } from '../../ports/changed-files.ts';
import { withoutTokens } from '../node/team-environment.ts';

/** Asks the `git` program. */
export class GitChangedFiles implements ChangedFiles {
  readonly #directory: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(directory: string, env: Readonly<Record<string, string | undefined>>) {
    this.#directory = directory;
    this.#env = withoutTokens(env);
  }

  async list(endings: readonly string[]): Promise<readonly string[] | undefined> {
    const changed = await this.#git('diff', '--name-only', '-z', '--relative', 'HEAD', '--');
    const added = await this.#git('ls-files', '--others', '--exclude-standard', '-z');
    if (changed === undefined && added === undefined) return undefined;
    const all = new Set(`${changed ?? ''}${added ?? ''}`.split('\0').filter((path) => path !== ''));
    return [...all].filter((path) => endings.some((ending) => path.endsWith(ending))).sort(compareCodePoints);
  }

  async #git(...args: string[]): Promise<string | undefined> {
    try {
      const options = { cwd: this.#directory, env: { ...this.#env }, maxBuffer: 1 << 28 };
      return (await promisify(execFile)('git', args, options)).stdout;
    } catch {
      // No repository, or none with a commit.
      return undefined;
    }
  }
}
