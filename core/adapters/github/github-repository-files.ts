import { UserError } from '../../errors.ts';
import type { RepositoryFiles } from '../../ports/repository-files.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** Files of a GitHub repository, by its API; nothing needs to be checked out. */
export class GitHubRepositoryFiles implements RepositoryFiles {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  /** What a commit holds never changes: it is read once. */
  readonly #atCommits = new Map<string, Promise<string | undefined>>();

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async read(path: string, ref?: string): Promise<string | undefined> {
    if (ref === undefined || !/^[0-9a-f]{40}$/.test(ref)) return this.#read(path, ref);
    const key = `${ref}:${path}`;
    const reading = this.#atCommits.get(key) ?? this.#read(path, ref);
    this.#atCommits.set(key, reading);
    // A failure may pass: the next one asks again.
    reading.catch(() => this.#atCommits.delete(key));
    return reading;
  }

  async #read(path: string, ref: string | undefined): Promise<string | undefined> {
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/contents/{path}', {
        ...this.#repository,
        path,
        ...(ref === undefined ? {} : { ref }),
      })
      .catch((error: unknown) => {
        if (statusOf(error) === 404) return undefined;
        throw error;
      });
    const found = await orServiceError(answer, `reading ${path}`, 'contents: read');
    if (found === undefined) return undefined;
    const { data } = found;
    if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) {
      throw new UserError('DATA_UNSUPPORTED', `${path} is no plain file`, { fix: 'Replace it by a file.' });
    }
    return Buffer.from(data.content, 'base64').toString('utf8');
  }
}
