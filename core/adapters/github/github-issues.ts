import type { Issue, IssueLabel, Issues, IssueText } from '../../ports/github/issues.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

const READ = 'issues: read';
const WRITE = 'issues: write';

/** The fields that GitHub's several shapes of an issue share. */
interface IssueAnswer {
  readonly number: number;
  readonly body?: string | null;
  readonly user: { readonly login: string } | null;
  readonly state: string;
}

/** Issues of a GitHub repository. */
export class GitHubIssues implements Issues {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async list(label: IssueLabel, state: 'open' | 'all'): Promise<readonly Issue[]> {
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
      .map(toIssue)
      .sort((a, b) => b.number - a.number);
  }

  async get(number: number): Promise<Issue> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/issues/{issue_number}', {
      ...this.#repository,
      issue_number: number,
    });
    return toIssue((await orServiceError(answer, `reading issue ${number}`, READ)).data);
  }

  async open(label: IssueLabel, { title, body }: IssueText): Promise<number> {
    const made = this.#client.request('POST /repos/{owner}/{repo}/issues', {
      ...this.#repository,
      title,
      body,
      labels: [label],
    });
    return (await orServiceError(made, `opening the issue "${title}"`, WRITE)).data.number;
  }

  async update(number: number, text: IssueText, state: 'open' | 'closed'): Promise<void> {
    await this.#patch(number, { ...text, state }, 'changing');
  }

  async close(number: number, comment: string): Promise<void> {
    const said = this.#client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...this.#repository,
      issue_number: number,
      body: comment,
    });
    await orServiceError<unknown>(said, `commenting on issue ${number}`, WRITE);
    await this.#patch(number, { state: 'closed' }, 'closing');
  }

  async #patch(
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly state: 'open' | 'closed' },
    doing: string,
  ): Promise<void> {
    const route = 'PATCH /repos/{owner}/{repo}/issues/{issue_number}';
    const answer = this.#client.request(route, { ...this.#repository, issue_number: number, ...change });
    await orServiceError<unknown>(answer, `${doing} issue ${number}`, WRITE);
  }
}

function toIssue({ number, body, user, state }: IssueAnswer): Issue {
  return { number, body: body ?? '', author: user?.login ?? '', isOpen: state === 'open' };
}
