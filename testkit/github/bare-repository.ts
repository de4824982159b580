import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { gitEnvironment } from '../host-environment.ts';
import { startProgram } from '../program-starter.ts';
import { type FileDiff, parseDiff } from './diff.ts';
import { GitObjectReader } from './git-object-reader.ts';
import { type CommitObject, formatCommit, formatTag, parseCommit, parseTag, type TagObject } from './git-objects.ts';

/** A ref and what it points at directly (a tag object for an annotated tag). */
export interface Ref {
  readonly ref: string;
  readonly sha: string;
  readonly type: string;
}

/** One entry of a tree. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size: number | undefined;
}

/** A change of a tree: `sha` null removes the path. */
export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  readonly sha: string | null;
}

/** Git refused, with what it printed. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly exitCode: number | null;
  constructor(args: readonly string[], exitCode: number | null, output: string) {
    super(`git ${args[0]} ended with ${exitCode}: ${output.trim()}`);
    this.exitCode = exitCode;
  }
}

/** The name of nothing: what a ref held before it was made and holds after it is gone. */
export const NO_OBJECT = '0'.repeat(40);

/** A bare Git repository, by the git program. */
export class BareRepository {
  readonly directory: string;
  readonly #objects: GitObjectReader;
  /** Cache of what git says of commits and trees, which never change. */
  readonly #ofObjects = new Map<string, Promise<Buffer>>();

  constructor(directory: string) {
    this.directory = directory;
    this.#objects = new GitObjectReader(directory);
  }

  /** Ends the process that reads objects. */
  close(): void {
    this.#objects.close();
  }

  /** Makes the repository, ready for pushes by HTTP. */
  async init(defaultBranch: string): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await this.run(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '.']);
    await this.run(['config', 'http.receivepack', 'true']);
    await this.run(['config', 'receive.denyDeleteCurrent', 'ignore']);
    await this.run(['config', 'uploadpack.allowAnySHA1InWant', 'true']);
    await this.run(['config', 'gc.auto', '0']);
  }

  /** Runs git here. */
  async run(
    args: readonly string[],
    options: { input?: string | Buffer; env?: Record<string, string> } = {},
  ): Promise<Buffer> {
    const { exitCode, stdout, stderr } = await startProgram({
      command: 'git',
      args: ['-c', 'core.quotepath=false', ...args],
      cwd: this.directory,
      env: gitEnvironment(options.env),
      input: options.input,
    });
    if (exitCode !== 0) throw new GitError(args, exitCode, Buffer.concat([stderr, stdout]).toString('utf8'));
    return stdout;
  }

  private async text(args: readonly string[], input?: string | Buffer): Promise<string> {
    return (await this.run(args, input === undefined ? {} : { input })).toString('utf8').trim();
  }

  /** What git printed, or undefined where it refused. */
  private async unlessRefused(output: Promise<Buffer>): Promise<string | undefined> {
    try {
      return (await output).toString('utf8').trim();
    } catch (error) {
      if (error instanceof GitError) return undefined;
      throw error;
    }
  }

  /** Asks once where all revisions are names of objects. What git refused is asked again. */
  private remembered(args: readonly string[], revisions: readonly string[]): Promise<Buffer> {
    if (!revisions.every((revision) => /^[0-9a-f]{40}$/.test(revision))) return this.run(args);
    const key = args.join('\0');
    const known = this.#ofObjects.get(key);
    if (known !== undefined) return known;
    const asked = this.run(args);
    this.#ofObjects.set(key, asked);
    asked.catch(() => this.#ofObjects.delete(key));
    return asked;
  }

  private async shaOf(revision: string): Promise<string | undefined> {
    return revision.startsWith('-') ? undefined : (await this.#objects.info(revision))?.sha;
  }

  /** The commit that a branch, tag, sha or other revision leads to. */
  commitOf(revision: string): Promise<string | undefined> {
    return this.shaOf(`${revision}^{commit}`);
  }

  /** Object of any revision: `HEAD:path` gives a blob. */
  objectOf(revision: string): Promise<string | undefined> {
    return this.shaOf(revision);
  }

  /** Objects of several revisions, in their order; undefined for missing ones. */
  objects(revisions: readonly string[]): Promise<readonly ({ sha: string; type: string } | undefined)[]> {
    return Promise.all(revisions.map((revision) => this.#objects.info(revision)));
  }

  async typeOf(sha: string): Promise<string | undefined> {
    return (await this.#objects.info(sha))?.type;
  }

  /** The bytes of an object of a type. */
  private async contentOf(type: string, sha: string): Promise<Buffer> {
    const found = await this.#objects.contents(sha);
    if (found?.type === type) return found.content;
    throw new GitError(['cat-file', type, sha], 128, `${sha} is no ${type}`);
  }

  /** All refs whose full name begins with the prefix, in order of name. */
  async refs(prefix: string): Promise<Ref[]> {
    const text = await this.text(['for-each-ref', '--format=%(refname) %(objectname) %(objecttype)']);
    return text
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => {
        const [ref = '', sha = '', type = ''] = line.split(' ');
        return { ref, sha, type };
      })
      .filter(({ ref }) => ref !== '');
  }

  async ref(name: string): Promise<Ref | undefined> {
    // No name of a ref has what makes a revision of it.
    const found = /[~^: ?*[\\]|@\{|\.\./.test(name) ? undefined : await this.#objects.info(name);
    return found === undefined ? undefined : { ref: name, sha: found.sha, type: found.type };
  }

  /** Moves a ref if it holds `before` (all zeros: if it is not there). */
  async moveRef(ref: string, after: string, before: string): Promise<void> {
    if (after === NO_OBJECT) await this.run(['update-ref', '-d', ref, before]);
    else await this.run(['update-ref', ref, after, before]);
  }

  async isValidRefName(ref: string): Promise<boolean> {
    return (await this.unlessRefused(this.run(['check-ref-format', ref]))) !== undefined;
  }

  async commit(sha: string): Promise<CommitObject> {
    return { sha, ...parseCommit(await this.contentOf('commit', sha)) };
  }

  async tag(sha: string): Promise<TagObject> {
    return { sha, ...parseTag(await this.contentOf('tag', sha)) };
  }

  async tree(sha: string, recursive: boolean): Promise<TreeEntry[]> {
    const args = ['ls-tree', '-z', '-l', ...(recursive ? ['-r', '-t'] : []), sha];
    const lines = (await this.remembered(args, [sha])).toString('utf8').split('\0').filter(Boolean);
    return lines.map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', type = '', entry = '', size = '-'] = line.slice(0, tab).split(/ +/);
      return { path: line.slice(tab + 1), mode, type, sha: entry, size: size === '-' ? undefined : Number(size) };
    });
  }

  blob(sha: string): Promise<Buffer> {
    return this.contentOf('blob', sha);
  }

  writeBlob(content: Buffer): Promise<string> {
    return this.text(['hash-object', '-w', '--stdin'], content);
  }

  /** Writes a tree: the base (or nothing) with the changes made. */
  async writeTree(base: string | undefined, changes: readonly TreeChange[]): Promise<string> {
    const env = { GIT_INDEX_FILE: path.join(this.directory, `index-${randomUUID()}`) };
    try {
      if (base !== undefined) await this.run(['read-tree', base], { env });
      const lines = changes.map(({ path: file, mode, sha }) =>
        sha === null ? `0 ${NO_OBJECT}\t${file}\0` : `${mode} ${sha}\t${file}\0`,
      );
      await this.run(['update-index', '-z', '--index-info'], { input: lines.join(''), env });
      return (await this.run(['write-tree'], { env })).toString('utf8').trim();
    } finally {
      await rm(env.GIT_INDEX_FILE, { force: true });
    }
  }

  writeCommit(commit: Omit<CommitObject, 'sha'>): Promise<string> {
    return this.text(['hash-object', '-t', 'commit', '-w', '--stdin'], formatCommit(commit));
  }

  writeTag(tag: Omit<TagObject, 'sha'>): Promise<string> {
    return this.text(['hash-object', '-t', 'tag', '-w', '--stdin'], formatTag(tag));
  }

  mergeBase(one: string, other: string): Promise<string | undefined> {
    return this.unlessRefused(this.remembered(['merge-base', one, other], [one, other]));
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    const args = ['merge-base', '--is-ancestor', ancestor, descendant];
    return (await this.unlessRefused(this.remembered(args, [ancestor, descendant]))) !== undefined;
  }

  /** Commits reachable from `to` and not from `from`, newest first. */
  async log(to: string, options: { from?: string; path?: string; limit?: number } = {}): Promise<string[]> {
    const range = options.from === undefined ? [to] : [to, `^${options.from}`];
    const limit = options.limit === undefined ? [] : [`--max-count=${options.limit}`];
    const pathspec = options.path === undefined ? [] : ['--', options.path];
    const args = ['rev-list', '--topo-order', ...limit, ...range, ...pathspec];
    const commits = await this.remembered(args, options.from === undefined ? [to] : [to, options.from]);
    return commits.toString('utf8').split('\n').filter(Boolean);
  }

  /** Files that differ between two commits or trees, with patches. */
  async diff(base: string, head: string): Promise<FileDiff[]> {
    const args = ['diff', '-M', '--no-color', '--no-ext-diff', '--full-index', base, head];
    return parseDiff((await this.remembered(args, [base, head])).toString('utf8'));
  }

  /** The tree of merging two commits, or undefined where they conflict. */
  mergeTree(ours: string, theirs: string): Promise<string | undefined> {
    return this.unlessRefused(this.remembered(['merge-tree', '--write-tree', ours, theirs], [ours, theirs]));
  }

  /** Brings a commit of another repository here. */
  async fetchFrom(other: BareRepository, sha: string): Promise<void> {
    await this.run(['fetch', '--quiet', '--no-tags', other.directory, sha]);
  }
}
