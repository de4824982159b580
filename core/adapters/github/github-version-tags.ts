import type { TagReference } from '../../domain/registry/active-versions.ts';
import { ServiceError } from '../../errors.ts';
import type { NewTag, TagDetails, VersionTags } from '../../ports/github/version-tags.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** Chosen: with the longest lines that tags of Tidegate have, an answer stays below 2 MB. */
const TAGS_AT_ONCE = 50;

interface TagsAnswer {
  readonly repository: Readonly<
    Record<
      string,
      {
        readonly message?: string | null;
        readonly target?: { readonly oid: string };
        readonly tagger?: { readonly date: string | null } | null;
      } | null
    >
  > | null;
}

function tagsQuery(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const variables = numbers.map((index) => `$o${index}: GitObjectID!`).join(', ');
  const fields = '... on Tag { message target { oid } tagger { date } }';
  const tags = numbers.map((index) => `t${index}: object(oid: $o${index}) { ${fields} }`).join(' ');
  return `query ($owner: String!, $repo: String!, ${variables}) { repository(owner: $owner, name: $repo) { ${tags} } }`;
}

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

  async readAll(tags: readonly TagReference[]): Promise<readonly TagDetails[]> {
    const found: TagDetails[] = [];
    for (let at = 0; at < tags.length; at += TAGS_AT_ONCE) {
      found.push(...(await this.#readSome(tags.slice(at, at + TAGS_AT_ONCE))));
    }
    return found;
  }

  async #readSome(tags: readonly TagReference[]): Promise<readonly TagDetails[]> {
    const variables = Object.fromEntries(tags.map(({ objectSha }, index) => [`o${index}`, objectSha]));
    const { owner, repo } = this.#repository;
    const answer = this.#client.graphql<TagsAnswer>(tagsQuery(tags.length), { owner, repo, ...variables });
    const { repository } = await orServiceError(answer, `reading ${tags.length} tags`, 'contents: read');
    return tags.map(({ name }, index) => {
      const tag = repository?.[`t${index}`];
      if (tag?.target === undefined) {
        throw new ServiceError('GITHUB_CONFLICT', `the tag ${name} was deleted`, {
          fix: 'No action needed: the tags are listed again.',
          retryable: true,
        });
      }
      return { message: tag.message ?? '', commit: tag.target.oid, taggedAt: tag.tagger?.date ?? null };
    });
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
        // 422 also represents an answer lost on the way back: the ref that is there may be the one just made.
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
