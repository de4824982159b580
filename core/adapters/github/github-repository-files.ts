import { UserError } from '../../errors.ts';
import type { RepositoryFiles } from '../../ports/repository-files.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** GitHub answers this many look-ups in one request. */
const OBJECTS_AT_ONCE = 100;

interface ObjectsAnswer {
  readonly repository: Readonly<Record<string, { readonly oid: string } | null>> | null;
}

/** REST would take a request for each commit. */
function objectsQuery(count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const variables = numbers.map((index) => `$e${index}: String!`).join(', ');
  const objects = numbers.map((index) => `o${index}: object(expression: $e${index}) { oid }`).join(' ');
  return `query ($owner: String!, $repo: String!, ${variables}) { repository(owner: $owner, name: $repo) { ${objects} } }`;
}

/** Files of a GitHub repository, by its API; nothing needs to be checked out. */
export class GitHubRepositoryFiles implements RepositoryFiles {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  /** What a commit holds never changes: it is read once. */
  readonly #atCommits = new Map<string, Promise<string | undefined>>();
  readonly #objectIds = new Map<string, string | undefined>();

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async read(path: string, ref?: string): Promise<string | undefined> {
    if (ref === undefined || !/^[0-9a-f]{40}$/.test(ref)) return this.#read(path, ref);
    const key = `${ref}:${path}`;
    const reading = this.#atCommits.get(key) ?? this.#read(path, ref);
    this.#atCommits.set(key, reading);
    // A failure may pass: the next one asks again.
    reading.catch(() => this.#atCommits.delete(key));
    return reading;
  }

  async objectIds(path: string, commits: readonly string[]): Promise<readonly (string | undefined)[]> {
    const unknown = [...new Set(commits)].filter((commit) => !this.#objectIds.has(`${commit}:${path}`));
    for (let at = 0; at < unknown.length; at += OBJECTS_AT_ONCE) {
      await this.#lookUp(path, unknown.slice(at, at + OBJECTS_AT_ONCE));
    }
    return commits.map((commit) => this.#objectIds.get(`${commit}:${path}`));
  }

  async #lookUp(path: string, commits: readonly string[]): Promise<void> {
    const variables = Object.fromEntries(commits.map((commit, index) => [`e${index}`, `${commit}:${path}`]));
    const { owner, repo } = this.#repository;
    const answer = this.#client.graphql<ObjectsAnswer>(objectsQuery(commits.length), { owner, repo, ...variables });
    const { repository } = await orServiceError(answer, `looking for ${path}`, 'contents: read');
    for (const [index, commit] of commits.entries()) {
      this.#objectIds.set(`${commit}:${path}`, repository?.[`o${index}`]?.oid);
    }
  }

  async #read(path: string, ref: string | undefined): Promise<string | undefined> {
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/contents/{path}', {
        ...this.#repository,
        path,
        ...(ref === undefined ? {} : { ref }),
      })
      .catch((error: unknown) => {
        if (statusOf(error) === 404) return undefined;
        throw error;
      });
    const found = await orServiceError(answer, `reading ${path}`, 'contents: read');
    if (found === undefined) return undefined;
    const { data } = found;
    if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) {
      throw new UserError('DATA_UNSUPPORTED', `${path} is no plain file`, { fix: 'Replace it by a file.' });
    }
    return Buffer.from(data.content, 'base64').toString('utf8');
  }
}
