import { ServiceError } from '../../core/errors.ts';
import type { Branches, BranchHead, NewCommit } from '../../core/ports/github/branches.ts';
import type { RepositoryFiles } from '../../core/ports/github/repository-files.ts';

type Tree = ReadonlyMap<string, string>;

interface Commit {
  readonly tree: Tree;
  readonly parents: readonly string[];
  readonly message: string;
}

/** Branches and their files in memory. */
export class InMemoryBranches implements Branches, RepositoryFiles {
  readonly #commits = new Map<string, Commit>();
  readonly #heads = new Map<string, string>();

  constructor(files: Readonly<Record<string, string>>) {
    this.#heads.set('main', this.#add({ tree: new Map(Object.entries(files)), parents: [], message: '' }));
  }

  async default(): Promise<{ readonly name: string; readonly sha: string }> {
    return { name: 'main', sha: this.#heads.get('main') ?? '' };
  }

  async head(branch: string): Promise<BranchHead | undefined> {
    const sha = this.#heads.get(branch);
    const commit = this.#commits.get(sha ?? '');
    if (sha === undefined || commit === undefined) return undefined;
    return { sha, tree: nameOf(commit.tree), parents: commit.parents, message: commit.message };
  }

  async commit({ branch, base, files, message, expected }: NewCommit): Promise<string> {
    const sha = this.#add({ tree: this.#with(base, files), parents: [base], message });
    const now = this.#heads.get(branch);
    if (now !== expected && now !== sha) {
      throw new ServiceError('GITHUB_CONFLICT', `${branch} is elsewhere`, { fix: 'Look again.', retryable: true });
    }
    this.#heads.set(branch, sha);
    return sha;
  }

  async treeWith(base: string, files: NewCommit['files']): Promise<string> {
    return nameOf(this.#with(base, files));
  }

  async changedFiles(base: string, head: string): Promise<readonly string[]> {
    const [before, after] = [this.#tree((await this.mergeBase(base, head)) ?? base), this.#tree(head)];
    const paths = new Set([...before.keys(), ...after.keys()]);
    return [...paths].filter((path) => before.get(path) !== after.get(path));
  }

  async mergeBase(base: string, head: string): Promise<string | undefined> {
    const own = this.#line(base);
    return this.#line(head).find((sha) => own.includes(sha));
  }

  async rootEntries(commit: string): Promise<ReadonlyMap<string, string>> {
    const byName = Map.groupBy(this.#tree(commit), ([path]) => path.split('/')[0] ?? '');
    return new Map([...byName].map(([name, files]) => [name, JSON.stringify(files.toSorted())]));
  }

  async read(path: string, ref = 'main'): Promise<string | undefined> {
    return this.#tree(this.#heads.get(ref) ?? ref).get(path);
  }

  async objectIds(path: string, commits: readonly string[]): Promise<readonly (string | undefined)[]> {
    return commits.map((commit) => this.#tree(commit).get(path));
  }

  #with(base: string, files: NewCommit['files']): Tree {
    const tree = new Map(this.#tree(base));
    for (const { path, text } of files) tree.set(path, text);
    return tree;
  }

  #tree(sha: string): Tree {
    return this.#commits.get(sha)?.tree ?? new Map();
  }

  #line(sha: string): readonly string[] {
    const commit = this.#commits.get(sha);
    return commit === undefined ? [] : [sha, ...commit.parents.flatMap((parent) => this.#line(parent))];
  }

  #add(commit: Commit): string {
    const sha = String(this.#commits.size + 1).padStart(40, '0');
    this.#commits.set(sha, commit);
    return sha;
  }
}

function nameOf(tree: Tree): string {
  return JSON.stringify([...tree].toSorted());
}
