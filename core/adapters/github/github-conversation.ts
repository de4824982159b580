import type { Conversation, ConversationSubject } from '../../ports/github/conversation.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** Comments of people on GitHub, and what they may do. */
export class GitHubConversation implements Conversation {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async subject(issue: number): Promise<ConversationSubject> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/issues/{issue_number}', {
      ...this.#repository,
      issue_number: issue,
    });
    const { data } = await orServiceError(answer, `reading issue ${issue}`, 'issues: read');
    return { body: data.body ?? '', author: data.user?.login ?? '' };
  }

  async canWrite(login: string): Promise<boolean> {
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
        ...this.#repository,
        username: login,
      })
      .catch((error: unknown) => {
        // Who is no collaborator of a private repository is not known to it.
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
