import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { askGit, type GitPlace } from './ask-git.ts';

/** Differences from the last commit, as the `git` program says. */
export class GitChangedFiles {
  readonly #place: GitPlace;

  constructor(directory: string, env: GitPlace['env']) {
    this.#place = { directory, env };
  }

  /**
   * Files that were changed, added or removed since the last commit, relative to the working directory and sorted.
   *
   * @param endings Only names that end so (`.dvc`, `dvc.lock`).
   * @returns undefined where the working directory is in no Git repository.
   */
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
