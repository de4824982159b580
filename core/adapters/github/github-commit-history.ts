import type { Commits } from '../../ports/github/commits.ts';
import { GitFacts } from './git-facts.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

/** The commits of a GitHub repository, by its API. */
export class GitHubCommitHistory implements Pick<Commits, 'isAncestorOrSame'> {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  readonly #facts: GitFacts;

  /** @param facts What is known already. */
  constructor(client: GitHubClient, repository: RepositoryName, facts = new GitFacts()) {
    this.#client = client;
    this.#repository = repository;
    this.#facts = facts;
  }

  async isAncestorOrSame(commit: string, of: string): Promise<boolean> {
    if (commit === of) return true;
    return this.#facts.once(`${commit} before ${of}`, () => this.#compare(commit, of));
  }

  async #compare(commit: string, of: string): Promise<boolean> {
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
