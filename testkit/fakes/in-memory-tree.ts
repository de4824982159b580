import { createHash } from 'node:crypto';
import { compareCodePoints } from '../../core/domain/text/compare-code-points.ts';
import type { SourceTree } from '../../core/ports/data/source-tree.ts';
import type { CommitFiles } from '../../core/ports/train/commit-files.ts';
import type { TreeEntry, TreeFiles } from '../../core/ports/train/tree-files.ts';

/** The files of a folder in memory, by path. */
export class InMemoryTree implements TreeFiles {
  readonly #files: ReadonlyMap<string, string>;

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = new Map(Object.entries(files));
  }

  async list(folder: string): Promise<readonly TreeEntry[]> {
    const prefix = folder === '' ? '' : `${folder}/`;
    const below = [...this.#files.keys()].filter((path) => path.startsWith(prefix));
    const names = new Map(
      below.map((path) => {
        const [name = '', ...rest] = path.slice(prefix.length).split('/');
        return [name, rest.length > 0];
      }),
    );
    return [...names].map(([name, isFolder]) => ({ name, isFolder }));
  }

  async text(file: string): Promise<string | undefined> {
    return this.#files.get(file);
  }

  /** All paths, sorted. */
  protected paths(): readonly string[] {
    return [...this.#files.keys()].sort(compareCodePoints);
  }
}

/** The files of a commit in memory. */
export class InMemoryCommitFiles extends InMemoryTree implements CommitFiles {
  readonly sha = 'c'.repeat(40);
  readonly isOfRun = true;

  async files(): Promise<readonly string[]> {
    return this.paths();
  }

  async digests(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const digests = new Map<string, string>();
    for (const file of files) {
      const text = await this.text(file);
      if (text !== undefined) digests.set(file, `sha256:${createHash('sha256').update(text).digest('hex')}`);
    }
    return digests;
  }
}

/** Tracked files of Git, in memory. */
export class InMemorySourceTree implements SourceTree {
  readonly #tracked: readonly string[] | undefined;
  readonly #absent: readonly string[];

  /**
   * @param tracked Undefined: there is no repository.
   * @param absent Of these, those that are not files in the workspace.
   */
  constructor(tracked: readonly string[] | undefined, absent: readonly string[] = []) {
    this.#tracked = tracked?.toSorted(compareCodePoints);
    this.#absent = absent;
  }

  async files(): Promise<readonly string[] | undefined> {
    return this.#tracked?.filter((path) => !this.#absent.includes(path));
  }

  async tracked(): Promise<readonly string[] | undefined> {
    return this.#tracked;
  }
}
