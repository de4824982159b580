import { ServiceError, UserError } from '../../core/errors.ts';
import type {
  BaseBranch,
  BranchHead,
  BranchTip,
  BranchTips,
  Commits,
  NewCommit,
} from '../../core/ports/github/commits.ts';

type Tree = ReadonlyMap<string, string>;

interface Commit {
  readonly tree: Tree;
  readonly parents: readonly string[];
  readonly message: string;
}

/** Branches, their commits and files in memory; the default branch is `main`. */
export class InMemoryCommits implements Commits {
  readonly #commits = new Map<string, Commit>();
  readonly #heads = new Map<string, string>();
  /** Earlier heads of main, newest first. */
  readonly #log: BranchTip[] = [];
  readonly #clockMs: () => number;

  /** @param files Of the first commit on main. */
  constructor(files: Readonly<Record<string, string>>, clockMs: () => number = () => 0) {
    this.#clockMs = clockMs;
    this.#move('main', this.#add({ tree: new Map(Object.entries(files)), parents: [], message: '' }));
  }

  /** Merges a branch into main by a merge commit, as a person does; where both changed a file, the branch's is taken. */
  merge(branch: string): string {
    const [own, other] = [this.#heads.get('main') ?? '', this.#heads.get(branch) ?? ''];
    const tree = new Map([...this.#tree(own), ...this.#tree(other)]);
    const sha = this.#add({ tree, parents: [own, other], message: `Merge ${branch}` });
    this.#move('main', sha);
    return sha;
  }

  async default(): Promise<BaseBranch> {
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
    const above = branch.split('/').map((_, index, parts) => parts.slice(0, index).join('/'));
    const blocking = above.find((name) => this.#heads.has(name));
    if (now === undefined && blocking !== undefined) {
      throw new UserError('BRANCH_BLOCKED', `the branch ${blocking} exists`, { fix: `Rename the branch ${blocking}.` });
    }
    this.#move(branch, sha);
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

  async isAncestorOrSame(commit: string, of: string): Promise<boolean> {
    return this.#line(of).includes(commit);
  }

  async tips({ sha }: BaseBranch, atMost: number): Promise<BranchTips> {
    const at = this.#log.findIndex((tip) => tip.sha === sha);
    const known = at < 0 ? [{ sha, arrivedAtMs: this.#clockMs() }, ...this.#log] : this.#log.slice(at);
    return { tips: known.slice(0, atMost), isWhole: known.length <= atMost };
  }

  async wasAt({ sha }: BaseBranch, atMost: number): Promise<boolean | undefined> {
    if (this.#log.slice(0, atMost).some((tip) => tip.sha === sha)) return true;
    return this.#log.length <= atMost ? false : undefined;
  }

  #move(branch: string, sha: string): void {
    this.#heads.set(branch, sha);
    if (branch === 'main') this.#log.unshift({ sha, arrivedAtMs: this.#clockMs() });
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
