import type { Comment, Comments, WrittenComment } from '../../ports/github/comments.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** REST does not know whether a comment is hidden. */
const IS_HIDDEN = 'query ($subject: ID!) { node(id: $subject) { ... on IssueComment { isMinimized } } }';
const HIDE = `mutation ($subject: ID!) {
  minimizeComment(input: { subjectId: $subject, classifier: OUTDATED }) { clientMutationId }
}`;
const SHOW = 'mutation ($subject: ID!) { unminimizeComment(input: { subjectId: $subject }) { clientMutationId } }';

interface HiddenState {
  readonly node: { readonly isMinimized?: boolean } | null;
}

/** Comments of a GitHub repository, and what their authors may do. */
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

  async get(id: number): Promise<WrittenComment | undefined> {
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/issues/comments/{comment_id}', { ...this.#repository, comment_id: id })
      .catch((error: unknown) => {
        if (statusOf(error) === 404) return undefined;
        throw error;
      });
    const found = await orServiceError(answer, `reading the comment ${id}`, 'issues: read');
    if (found === undefined) return undefined;
    const { body = '', user, issue_url: url } = found.data;
    return { id, body, author: user?.login ?? '', issue: Number(url.split('/').at(-1)) };
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

  async setHidden(id: number, isHidden: boolean): Promise<void> {
    const route = 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}';
    const asked = this.#client.request(route, { ...this.#repository, comment_id: id });
    const subject = (await orServiceError(asked, `reading the comment ${id}`, 'issues: read')).data.node_id;
    const what = `${isHidden ? 'hiding' : 'showing'} the comment ${id}`;
    const state: HiddenState = await orServiceError(this.#client.graphql(IS_HIDDEN, { subject }), what, 'issues: read');
    if (state.node?.isMinimized === isHidden) return;
    await orServiceError<unknown>(this.#client.graphql(isHidden ? HIDE : SHOW, { subject }), what, 'issues: write');
  }

  async canWrite(login: string): Promise<boolean> {
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
        ...this.#repository,
        username: login,
      })
      .catch((error: unknown) => {
        // Who is not a collaborator of a private repository is not known to it.
        if (statusOf(error) === 404) return undefined;
        throw error;
      });
    const found = await orServiceError(answer, `reading the permission of ${login}`, 'metadata: read');
    // `maintain` is said as `write` here, and `triage` as `read`.
    return found !== undefined && ['admin', 'write'].includes(found.data.permission);
  }

  async acknowledge(comment: number): Promise<boolean> {
    return (await this.#react(comment)).isNew;
  }

  async disown(comment: number): Promise<void> {
    // Who reacts again is told which reaction is theirs.
    const { id } = await this.#react(comment);
    const route = 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}';
    const answer = this.#client.request(route, { ...this.#repository, comment_id: comment, reaction_id: id });
    await orServiceError<unknown>(answer, `removing the reaction to the comment ${comment}`, 'issues: write');
  }

  async #react(comment: number): Promise<{ readonly id: number; readonly isNew: boolean }> {
    const answer = this.#client.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
      ...this.#repository,
      comment_id: comment,
      content: 'eyes',
    });
    const found = await orServiceError(answer, `reacting to the comment ${comment}`, 'issues: write');
    const { status, data }: { readonly status: number; readonly data: { readonly id: number } } = found;
    // 200: the reaction was there.
    return { id: data.id, isNew: status === 201 };
  }
}
