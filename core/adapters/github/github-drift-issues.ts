import type { DriftIssue, DriftIssues } from '../../ports/github/drift-issues.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

/** The label of drift issues. */
const LABEL = 'tidegate/drift';

/** Drift issues of a GitHub repository. */
export class GitHubDriftIssues implements DriftIssues {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async open(marker: string): Promise<readonly DriftIssue[]> {
    const issues = await orServiceError(
      this.#client.paginate('GET /repos/{owner}/{repo}/issues', {
        ...this.#repository,
        state: 'open',
        labels: LABEL,
        per_page: 100,
      }),
      'listing the drift issues',
      'issues: read',
    );
    return issues
      .filter(({ pull_request, body }) => pull_request === undefined && body?.trimStart().startsWith(marker) === true)
      .map(({ number, body, user }) => ({ number, body: body ?? '', author: user?.login ?? '' }));
  }
}
