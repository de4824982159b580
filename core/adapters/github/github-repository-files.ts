import { UserError } from '../../errors.ts';
import type { RepositoryFiles } from '../../ports/repository-files.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** Files of a GitHub repository, by its API; nothing needs to be checked out. */
export class GitHubRepositoryFiles implements RepositoryFiles {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async read(path: string, ref?: string): Promise<string | undefined> {
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
