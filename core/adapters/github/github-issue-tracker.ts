import type { IssueText, IssueTracker, TrackedIssue } from '../../ports/github/issue-tracker.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';
import { WORKFLOW_LOGIN } from './github-own-login.ts';

/** Issues of a GitHub repository. */
export class GitHubIssueTracker implements IssueTracker {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  readonly #login: string;

  /** @param login Who the client acts as: issues of other authors are not ours. */
  constructor(client: GitHubClient, repository: RepositoryName, login = WORKFLOW_LOGIN) {
    this.#client = client;
    this.#repository = repository;
    this.#login = login;
  }

  async find(label: string, marker: string): Promise<TrackedIssue | undefined> {
    const issues = await orServiceError(
      this.#client.paginate('GET /repos/{owner}/{repo}/issues', {
        ...this.#repository,
        state: 'all',
        labels: label,
        per_page: 100,
      }),
      'listing the issues',
      'issues: read',
    );
    const ours = issues
      .filter(({ pull_request, user }) => pull_request === undefined && user?.login === this.#login)
      .filter(({ body }) => body?.trimStart().startsWith(marker) === true)
      .map(
        ({ number, body, state }): TrackedIssue => ({
          number,
          body: body ?? '',
          state: state === 'open' ? 'open' : 'closed',
        }),
      )
      .sort((a, b) => b.number - a.number);
    return ours.find(({ state }) => state === 'open') ?? ours[0];
  }

  async open(label: string, text: IssueText): Promise<number> {
    const answer = this.#client.request('POST /repos/{owner}/{repo}/issues', {
      ...this.#repository,
      ...text,
      labels: [label],
    });
    return (await orServiceError(answer, 'opening an issue', 'issues: write')).data.number;
  }

  async update(number: number, text: IssueText, state: TrackedIssue['state']): Promise<void> {
    const answer = this.#client.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
      ...this.#repository,
      ...text,
      issue_number: number,
      state,
    });
    await orServiceError(answer, `changing the issue ${number}`, 'issues: write');
  }
}
