import type { CommitHistory } from '../../ports/commit-history.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

/** The commits of a GitHub repository, by its API. */
export class GitHubCommitHistory implements CommitHistory {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async isAncestorOrSame(commit: string, of: string): Promise<boolean> {
    if (commit === of) return true;
    const { data } = await orServiceError(
      this.#client.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
        ...this.#repository,
        basehead: `${commit}...${of}`,
        per_page: 1,
      }),
      `comparing ${commit} with ${of}`,
      'contents: read',
    );
    return data.status === 'ahead' || data.status === 'identical';
  }
}
