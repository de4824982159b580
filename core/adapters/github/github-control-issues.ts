import type { ControlIssue, ControlIssues, ControlLabel } from '../../ports/github/control-issues.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

const READ = 'issues: read';
const WRITE = 'issues: write';

/** Issues of a GitHub repository that stop the line or hold a version. */
export class GitHubControlIssues implements ControlIssues {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async list(label: ControlLabel, state: 'open' | 'all'): Promise<readonly ControlIssue[]> {
    const issues = await orServiceError(
      this.#client.paginate('GET /repos/{owner}/{repo}/issues', {
        ...this.#repository,
        state,
        labels: label,
        per_page: 100,
      }),
      `listing the issues with ${label}`,
      READ,
    );
    return issues
      .filter(({ pull_request }) => pull_request === undefined)
      .map(({ number, body, user, state: is }) => ({
        number,
        body: body ?? '',
        author: user?.login ?? '',
        isOpen: is === 'open',
      }));
  }

  async create({
    title,
    body,
    label,
  }: {
    readonly title: string;
    readonly body: string;
    readonly label: ControlLabel;
  }): Promise<number> {
    const made = this.#client.request('POST /repos/{owner}/{repo}/issues', {
      ...this.#repository,
      title,
      body,
      labels: [label],
    });
    return (await orServiceError(made, `opening the issue "${title}"`, WRITE)).data.number;
  }

  async close(number: number, comment: string): Promise<void> {
    const said = this.#client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...this.#repository,
      issue_number: number,
      body: comment,
    });
    await orServiceError<unknown>(said, `commenting on issue ${number}`, WRITE);
    const closed = this.#client.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
      ...this.#repository,
      issue_number: number,
      state: 'closed',
    });
    await orServiceError<unknown>(closed, `closing issue ${number}`, WRITE);
  }
}
