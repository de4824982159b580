import type { DefaultBranchLog, LoggedCommit } from '../../ports/default-branch-log.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

const COMMITS = 30;

/** The default branch's commits on GitHub. */
export class GitHubDefaultBranchLog implements DefaultBranchLog {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async recent(): Promise<readonly LoggedCommit[]> {
    return this.#list({});
  }

  async ofFile(file: string): Promise<readonly LoggedCommit[]> {
    return this.#list({ path: file });
  }

  async #list(filter: { path?: string }): Promise<readonly LoggedCommit[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/commits', {
      ...this.#repository,
      ...filter,
      per_page: COMMITS,
    });
    const { data } = await orServiceError(answer, 'listing commits of the default branch', 'contents: read');
    return data.map(({ sha, commit }) => ({ sha, committedAtMs: Date.parse(commit.committer?.date ?? '') }));
  }
}
