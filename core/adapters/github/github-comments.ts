import type { Comment, Comments } from '../../ports/comments.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

/** Comments of a GitHub repository. */
export class GitHubComments implements Comments {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  readonly #self: string;

  /** @param self Our own login, such as `tidegate[bot]`. */
  constructor(client: GitHubClient, repository: RepositoryName, self: string) {
    this.#client = client;
    this.#repository = repository;
    this.#self = self;
  }

  async own(issue: number, marker: string): Promise<readonly Comment[]> {
    const comments = await orServiceError(
      this.#client.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        ...this.#repository,
        issue_number: issue,
        per_page: 100,
      }),
      `reading the comments of ${issue}`,
      'issues: read',
    );
    return comments
      .filter(({ user, body }) => user?.login === this.#self && body?.trimStart().startsWith(marker) === true)
      .map(({ id, body }) => ({ id, body: body ?? '' }));
  }

  async create(issue: number, body: string): Promise<void> {
    const answer = this.#client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...this.#repository,
      issue_number: issue,
      body,
    });
    await orServiceError(answer, `commenting on ${issue}`, 'issues: write');
  }

  async update(id: number, body: string): Promise<void> {
    const answer = this.#client.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      ...this.#repository,
      comment_id: id,
      body,
    });
    await orServiceError(answer, `changing the comment ${id}`, 'issues: write');
  }

  async remove(id: number): Promise<void> {
    const answer = this.#client.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      ...this.#repository,
      comment_id: id,
    });
    await orServiceError(answer, `removing the comment ${id}`, 'issues: write');
  }
}
