import { UserError } from '../../errors.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

type Mode = '100644' | '100755';
type Folder = ReadonlyMap<string, { readonly mode: string; readonly sha: string }>;

/** The modes of files in a tree of a GitHub repository, read folder by folder: whole trees may be cut short. */
export class TreeModes {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  readonly #root: string;
  readonly #folders = new Map<string, Promise<Folder>>();

  /** @param root Digest of the tree object. */
  constructor(client: GitHubClient, repository: RepositoryName, root: string) {
    this.#client = client;
    this.#repository = repository;
    this.#root = root;
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
        throw new UserError('PATH_UNSAFE', `${path} is no plain file, or goes through a link`, {
          fix: 'Name a plain file inside the repository in the targets of tidegate.yaml.',
        });
      }
      sha = entry.sha;
    }
    return '100644';
  }

  async #folder(sha: string): Promise<Folder> {
    const reading = this.#folders.get(sha) ?? this.#read(sha);
    this.#folders.set(sha, reading);
    return reading;
  }

  async #read(tree_sha: string): Promise<Folder> {
    const route = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}';
    const answer = this.#client.request(route, { ...this.#repository, tree_sha });
    const { data } = await orServiceError(answer, `reading the tree ${tree_sha}`, 'contents: read');
    return new Map(data.tree.map(({ path, mode, sha }) => [path ?? '', { mode: mode ?? '', sha: sha ?? '' }]));
  }
}
