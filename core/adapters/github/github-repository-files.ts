import { UserError } from '../../errors.ts';
import type { CommittedFiles } from '../../ports/github/commits.ts';
import { decodeText } from '../files/decode-text.ts';
import { GitFacts } from './git-facts.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** Chosen: what the bot parses, regardless of who wrote it, has at most as many bytes. */
export const MAX_READ_FILE_BYTES = 256 * 2 ** 10;
/** GitHub's own limit: the content of a larger file is not in the answer. */
export const MAX_CONTENTS_BYTES = 2 ** 20;

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

/** A recent look-up was evicted: more is requested at once than is kept. */
function notAsked(): never {
  throw new RangeError('more objects are asked for at once than are kept');
}

/** Options for reading files. */
export interface ReadingOptions {
  /** Larger files are refused: at most `MAX_CONTENTS_BYTES`. Default: `MAX_READ_FILE_BYTES`. */
  readonly maxBytes?: number;
  /** Known facts. */
  readonly facts?: GitFacts;
  /** Of files at commits. */
  readonly texts?: GitFacts;
}

/** Files of a GitHub repository, by its API; nothing needs to be checked out. */
export class GitHubRepositoryFiles implements CommittedFiles {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  readonly #facts: GitFacts;
  readonly #texts: GitFacts;
  readonly #maxBytes: number;

  constructor(client: GitHubClient, repository: RepositoryName, options: ReadingOptions = {}) {
    this.#client = client;
    this.#repository = repository;
    this.#facts = options.facts ?? new GitFacts();
    this.#texts = options.texts ?? new GitFacts();
    this.#maxBytes = Math.min(options.maxBytes ?? MAX_READ_FILE_BYTES, MAX_CONTENTS_BYTES);
  }

  async read(path: string, ref?: string): Promise<string | undefined> {
    if (ref === undefined || !/^[0-9a-f]{40}$/.test(ref)) return this.#read(path, ref);
    // What a commit holds never changes: it is read once.
    return this.#texts.once(`${ref}:${path}`, () => this.#read(path, ref));
  }

  async objectIds(path: string, commits: readonly string[]): Promise<readonly (string | undefined)[]> {
    const keyOf = (commit: string) => `object ${commit}:${path}`;
    const unknown = [...new Set(commits)].filter((commit) => !this.#facts.has(keyOf(commit)));
    for (let at = 0; at < unknown.length; at += OBJECTS_AT_ONCE) {
      const some = unknown.slice(at, at + OBJECTS_AT_ONCE);
      const found = await this.#lookUp(path, some);
      for (const [index, commit] of some.entries()) this.#facts.keep(keyOf(commit), Promise.resolve(found[index]));
    }
    return Promise.all(commits.map((commit) => this.#facts.once<string | undefined>(keyOf(commit), notAsked)));
  }

  async #lookUp(path: string, commits: readonly string[]): Promise<readonly (string | undefined)[]> {
    const variables = Object.fromEntries(commits.map((commit, index) => [`e${index}`, `${commit}:${path}`]));
    const { owner, repo } = this.#repository;
    const answer = this.#client.graphql<ObjectsAnswer>(objectsQuery(commits.length), { owner, repo, ...variables });
    const { repository } = await orServiceError(answer, `looking for ${path}`, 'contents: read');
    return commits.map((_, index) => repository?.[`o${index}`]?.oid);
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
      throw new UserError('DATA_UNSUPPORTED', `${path} is not a regular file`, { fix: 'Replace it with a file.' });
    }
    // Without content in the answer a large file would look like an empty one.
    if (data.size > this.#maxBytes || data.encoding !== 'base64') throw tooLarge(path, data.size, this.#maxBytes);
    return decodeText(Buffer.from(data.content, 'base64'), path);
  }
}

function tooLarge(path: string, sizeBytes: number, maxBytes: number): UserError {
  return new UserError('INPUT_TOO_COSTLY', `${path} has ${sizeBytes} bytes, more than the limit of ${maxBytes} bytes`, {
    fix: 'Split the file.',
    place: { file: path },
  });
}
