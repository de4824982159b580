import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import type { ChangedFiles } from '../../ports/github/changed-files.ts';
import { askGit, type GitPlace } from './ask-git.ts';

/** Asks the `git` program. */
export class GitChangedFiles implements ChangedFiles {
  readonly #place: GitPlace;

  constructor(directory: string, env: GitPlace['env']) {
    this.#place = { directory, env };
  }

  async list(endings: readonly string[]): Promise<readonly string[] | undefined> {
    // 1: there is no commit yet, so that everything is new.
    const head = await askGit(this.#place, ['rev-parse', '--verify', '--quiet', 'HEAD'], [1]);
    if (head === undefined) return undefined;
    const changed = head.code === 0 ? ['diff', '--name-only', '-z', '--relative', 'HEAD', '--'] : ['ls-files', '-z'];
    const lists = [
      await askGit(this.#place, changed),
      await askGit(this.#place, ['ls-files', '--others', '--exclude-standard', '-z']),
    ];
    const all = new Set(lists.flatMap((list) => list?.stdout.split('\0') ?? []).filter((path) => path !== ''));
    return [...all].filter((path) => endings.some((ending) => path.endsWith(ending))).sort(compareCodePoints);
  }
}
