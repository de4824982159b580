import { ServiceError } from '../../core/errors.ts';
import type { Branches, BranchHead, NewCommit } from '../../core/ports/branches.ts';
import type { RepositoryFiles } from '../../core/ports/repository-files.ts';

type Tree = ReadonlyMap<string, string>;

/** Branches and their files in memory. */
export class InMemoryBranches implements Branches, RepositoryFiles {
  readonly #trees = new Map<string, Tree>();
  readonly #heads = new Map<string, string>();
  readonly #messages = new Map<string, string>();

  constructor(files: Readonly<Record<string, string>>) {
    this.#heads.set('main', this.#add(new Map(Object.entries(files))));
  }

  async default(): Promise<{ readonly name: string; readonly sha: string }> {
    return { name: 'main', sha: this.#heads.get('main') ?? '' };
  }

  async head(branch: string): Promise<BranchHead | undefined> {
    const sha = this.#heads.get(branch);
    return sha === undefined ? undefined : { sha, author: null, message: this.#messages.get(sha) ?? '' };
  }

  async commit({ branch, base, files, message, expected }: NewCommit): Promise<string> {
    const tree = new Map(this.#trees.get(base));
    for (const { path, text } of files) tree.set(path, text);
    const sha = this.#add(tree);
    this.#messages.set(sha, message);
    await this.move(branch, sha, expected);
    return sha;
  }

  async move(branch: string, sha: string, expected: string | undefined): Promise<void> {
    const now = this.#heads.get(branch);
    if (now !== expected && now !== sha) {
      throw new ServiceError('GITHUB_CONFLICT', `${branch} is elsewhere`, { fix: 'Look again.', retryable: true });
    }
    this.#heads.set(branch, sha);
  }

  async changedFiles(base: string, head: string): Promise<readonly string[]> {
    const [before, after]: readonly (Tree | undefined)[] = [this.#trees.get(base), this.#trees.get(head)];
    const paths = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
    return [...paths].filter((path) => before?.get(path) !== after?.get(path));
  }

  async read(path: string, ref = 'main'): Promise<string | undefined> {
    return this.#trees.get(this.#heads.get(ref) ?? ref)?.get(path);
  }

  #add(tree: Tree): string {
    const sha = String(this.#trees.size + 1).padStart(40, '0');
    this.#trees.set(sha, tree);
    return sha;
  }
}
