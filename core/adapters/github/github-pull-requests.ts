import type { NewPullRequest, PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

const PERMISSION = 'pull-requests: write';

/** The fields that GitHub's several shapes of a pull request share. */
interface PullRequestAnswer {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: string;
  readonly merged_at: string | null;
  readonly head: { readonly ref: string; readonly sha: string; readonly repo: { readonly full_name: string } | null };
  readonly base: { readonly ref: string; readonly repo: { readonly full_name: string } };
  readonly user: { readonly login: string } | null;
}

/** Pull requests of a GitHub repository. */
export class GitHubPullRequests implements PullRequests {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async ofBranch(branch: string): Promise<readonly PullRequest[]> {
    return this.#list({ head: `${this.#repository.owner}:${branch}`, state: 'all' });
  }

  async openOf(owner: string, branch: string): Promise<readonly PullRequest[]> {
    return this.#list({ head: `${owner}:${branch}`, state: 'open' });
  }

  async allOpen(): Promise<readonly PullRequest[]> {
    return this.#list({ state: 'open' });
  }

  async get(number: number): Promise<PullRequest> {
    const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
    const answer = this.#client.request(route, { ...this.#repository, pull_number: number });
    return toPullRequest((await orServiceError(answer, `reading pull request ${number}`, 'pull-requests: read')).data);
  }

  async open({ branch, base, title, body }: NewPullRequest): Promise<PullRequest> {
    const request = { ...this.#repository, head: branch, base, title, body };
    const made = this.#client.request('POST /repos/{owner}/{repo}/pulls', request).then(
      ({ data }) => toPullRequest(data),
      async (error: unknown) => {
        // 422: there is one already, opened by a racing event or by an answer that got lost.
        const [open] = statusOf(error) === 422 ? await this.openOf(this.#repository.owner, branch) : [];
        if (open === undefined) throw error;
        return open;
      },
    );
    return orServiceError(made, `opening a pull request of ${branch}`, PERMISSION);
  }

  async update(number: number, { title, body }: { readonly title: string; readonly body: string }): Promise<void> {
    await this.#patch(number, { title, body });
  }

  async close(number: number): Promise<void> {
    await this.#patch(number, { state: 'closed' });
  }

  async files(number: number): Promise<readonly string[]> {
    const files = await orServiceError(
      this.#client.paginate('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
        ...this.#repository,
        pull_number: number,
        per_page: 100,
      }),
      `reading the files of pull request ${number}`,
      'pull-requests: read',
    );
    return files.flatMap((file) =>
      file.previous_filename === undefined ? [file.filename] : [file.filename, file.previous_filename],
    );
  }

  async #list(filter: { head?: string; state: 'all' | 'open' }): Promise<readonly PullRequest[]> {
    const found = await orServiceError(
      this.#client.paginate('GET /repos/{owner}/{repo}/pulls', {
        ...this.#repository,
        ...filter,
        per_page: 100,
      }),
      `listing the pull requests${filter.head === undefined ? '' : ` of ${filter.head}`}`,
      'pull-requests: read',
    );
    return found.map(toPullRequest).sort((a, b) => b.number - a.number);
  }

  async #patch(number: number, change: { title?: string; body?: string; state?: 'closed' }): Promise<void> {
    const route = 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}';
    const answer = this.#client.request(route, { ...this.#repository, pull_number: number, ...change });
    await orServiceError(answer, `changing pull request ${number}`, PERMISSION);
  }
}

function toPullRequest(data: PullRequestAnswer): PullRequest {
  return {
    number: data.number,
    title: data.title,
    body: data.body ?? '',
    state: data.state === 'open' ? 'open' : 'closed',
    merged: data.merged_at !== null,
    headRef: data.head.ref,
    headSha: data.head.sha,
    baseRef: data.base.ref,
    fork: data.head.repo?.full_name !== data.base.repo.full_name,
    author: data.user?.login ?? '',
  };
}
