import { ServiceError, UserError } from '../../errors.ts';
import type { GitFacts } from './git-facts.ts';
import { blobId, type TreeEntry, treeId } from './git-object-id.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

type Mode = '100644' | '100755';
type Folder = ReadonlyMap<string, { readonly mode: string; readonly sha: string }>;

/** A file of a commit. */
export interface WrittenFile {
  readonly path: string;
  readonly text: string;
}

/** A tree of a GitHub repository, read folder by folder: whole trees may be cut short. */
export class GitHubTree {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  readonly #root: string;
  readonly #facts: GitFacts;

  /** @param at `root`: name of the tree object. */
  constructor(
    client: GitHubClient,
    repository: RepositoryName,
    { root, facts }: { readonly root: string; readonly facts: GitFacts },
  ) {
    this.#client = client;
    this.#repository = repository;
    this.#root = root;
    this.#facts = facts;
  }

  /**
   * The mode that an edited file keeps; a plain file's where there is none yet.
   *
   * @throws {UserError} PATH_UNSAFE where the path is or goes through a link or submodule.
   */
  async ofFile(path: string): Promise<Mode> {
    let sha = this.#root;
    const parts = path.split('/');
    for (const [index, part] of parts.entries()) {
      const entry = (await this.#folder(sha)).get(part);
      if (entry === undefined) return '100644';
      const isLast = index === parts.length - 1;
      if (isLast && (entry.mode === '100644' || entry.mode === '100755')) return entry.mode;
      if (isLast || entry.mode !== '040000') {
        throw new UserError('PATH_UNSAFE', `${path} is not a regular file, or its path contains a link`, {
          fix: 'Use a regular file inside the repository in the targets of tidegate.yaml.',
        });
      }
      sha = entry.sha;
    }
    return '100644';
  }

  /**
   * The name of the tree that this one becomes with these files; nothing is written.
   *
   * @throws {UserError} As `ofFile`.
   */
  async with(files: readonly WrittenFile[]): Promise<string> {
    const modes = await Promise.all(files.map(async (file) => ({ ...file, mode: await this.ofFile(file.path) })));
    const blobs = modes.map(({ path, text, mode }) => ({
      parts: path.split('/'),
      entry: { mode, sha: blobId(Buffer.from(text)) },
    }));
    return this.#folderWith(this.#root, blobs);
  }

  /** Entries at the root, by name: kind and content of each entry as one text. */
  async entries(): Promise<ReadonlyMap<string, string>> {
    const root = await this.#folder(this.#root);
    return new Map([...root].map(([name, { mode, sha }]) => [name, `${mode} ${sha}`]));
  }

  async #folderWith(sha: string | undefined, blobs: readonly ChangedBlob[]): Promise<string> {
    const entries = new Map<string, Omit<TreeEntry, 'name'>>(sha === undefined ? [] : await this.#folder(sha));
    for (const [name, inside] of byFirstPart(blobs)) {
      const [file] = inside.filter(({ parts }) => parts.length === 1);
      const below = inside.map(({ parts, entry }) => ({ parts: parts.slice(1), entry }));
      const folder = async () => ({ mode: '040000', sha: await this.#folderWith(entries.get(name)?.sha, below) });
      entries.set(name, file?.entry ?? (await folder()));
    }
    return treeId([...entries].map(([name, entry]) => ({ name, ...entry })));
  }

  #folder(sha: string): Promise<Folder> {
    return this.#facts.once(`tree ${sha}`, () => this.#read(sha));
  }

  async #read(tree_sha: string): Promise<Folder> {
    const route = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}';
    const answer = this.#client.request(route, { ...this.#repository, tree_sha });
    const { data } = await orServiceError(answer, `reading the tree ${tree_sha}`, 'contents: read');
    if (data.truncated) {
      throw new ServiceError('GITHUB_REFUSED', `GitHub lists only a part of the folder ${tree_sha}`, {
        fix: 'Move the targets of tidegate.yaml to a folder with fewer files.',
        retryable: false,
      });
    }
    return new Map(data.tree.map(({ path, mode, sha }) => [path ?? '', { mode: mode ?? '', sha: sha ?? '' }]));
  }
}

interface ChangedBlob {
  readonly parts: readonly string[];
  readonly entry: Omit<TreeEntry, 'name'>;
}

function byFirstPart(blobs: readonly ChangedBlob[]): ReadonlyMap<string, readonly ChangedBlob[]> {
  return Map.groupBy(blobs, ({ parts }) => parts[0] ?? '');
}
