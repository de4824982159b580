import type { TagReference } from '../../domain/registry/active-versions.ts';
import type { NewTag, TagDetails, VersionTags } from '../../ports/version-tags.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** The tags of a GitHub repository, by its API. */
export class GitHubVersionTags implements VersionTags {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async list(model: string): Promise<readonly TagReference[]> {
    const prefix = `tags/${model.replace(':', '=')}@`;
    // This operation has no pages: it answers with all that match.
    const { data: refs } = await orServiceError(
      this.#client.request('GET /repos/{owner}/{repo}/git/matching-refs/{ref}', { ...this.#repository, ref: prefix }),
      `listing the tags of ${model}`,
      'contents: read',
    );
    return refs.map(({ ref, object }) => ({
      name: ref.replace(/^refs\/tags\//, ''),
      objectSha: object.sha,
      annotated: object.type === 'tag',
    }));
  }

  async read(tag: TagReference): Promise<TagDetails> {
    const { data } = await orServiceError(
      this.#client.request('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', {
        ...this.#repository,
        tag_sha: tag.objectSha,
      }),
      `reading the tag ${tag.name}`,
      'contents: read',
    );
    return { message: data.message, commit: data.object.sha, taggedAt: data.tagger.date ?? null };
  }

  async create({ name, message, commit }: NewTag): Promise<'created' | 'taken'> {
    const { data } = await orServiceError(
      this.#client.request('POST /repos/{owner}/{repo}/git/tags', {
        ...this.#repository,
        tag: name,
        message,
        object: commit,
        type: 'commit',
      }),
      `creating the tag ${name}`,
      'contents: write',
    );
    const ref = { ...this.#repository, ref: `refs/tags/${name}`, sha: data.sha };
    const created = this.#client.request('POST /repos/{owner}/{repo}/git/refs', ref).then(
      () => 'created' as const,
      async (error: unknown) => {
        // 422 also stands for an answer lost on the way back: the ref that is there may be the one just made.
        if (statusOf(error) !== 422) throw error;
        return (await this.#refSha(name)) === data.sha ? ('created' as const) : ('taken' as const);
      },
    );
    return orServiceError(created, `creating the ref of the tag ${name}`, 'contents: write');
  }

  async #refSha(name: string): Promise<string> {
    const { data } = await this.#client.request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
      ...this.#repository,
      ref: `tags/${name}`,
    });
    return data.object.sha;
  }
}
