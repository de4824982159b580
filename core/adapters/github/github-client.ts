import type { getOctokit } from '@actions/github';
import { ServiceError } from '../../errors.ts';

/** The part of Octokit that adapters use; the actions' client and the bot's both have it. */
export type GitHubClient = Pick<ReturnType<typeof getOctokit>, 'request' | 'paginate' | 'graphql'>;

/** A repository on GitHub. */
export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

/** Author and place of a command. */
export interface GitHubClientOptions {
  readonly token: string;
  /** `GITHUB_API_URL`; default: that of github.com. */
  readonly apiUrl?: string;
}

/** Makes a client that retries what may pass by itself and waits where GitHub asks it to. */
export async function createGitHubClient({ token, apiUrl }: GitHubClientOptions): Promise<GitHubClient> {
  const [{ getOctokit: create }, { retry }, { throttling }] = await Promise.all([
    import('@actions/github'),
    import('@octokit/plugin-retry'),
    import('@octokit/plugin-throttling'),
  ]);
  const onLimit = (_after: number, _options: unknown, _client: unknown, retries: number) => retries < 2;
  const options = {
    throttle: { onRateLimit: onLimit, onSecondaryRateLimit: onLimit },
    ...(apiUrl === undefined ? {} : { baseUrl: apiUrl }),
  };
  return create(token, options, retry, throttling);
}

/**
 * `owner/name` as its parts.
 *
 * @throws {RangeError} for anything else.
 */
export function parseRepositoryName(text: string): RepositoryName {
  const [owner, repo, ...rest] = text.split('/');
  if (owner === undefined || repo === undefined || rest.length > 0 || owner === '' || repo === '') {
    throw new RangeError(`${JSON.stringify(text)} is not an owner/name`);
  }
  return { owner, repo };
}

/** The HTTP status of an error of Octokit, or undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? status : undefined;
}

/**
 * The answer of a request, with Octokit's errors translated.
 *
 * @param what Is done, for the message: `creating the tag x`.
 * @param permission That it needs, for the fix: `contents: write`.
 * @throws {ServiceError} GITHUB_REFUSED, or GITHUB_UNREACHABLE (retryable).
 */
export async function orServiceError<T>(request: Promise<T>, what: string, permission: string): Promise<T> {
  return request.catch((cause: unknown) => {
    const status = statusOf(cause);
    const isAnswer = status !== undefined || isGraphQLRefusal(cause);
    if (!isAnswer || (status !== undefined && (status >= 500 || status === 429))) throw unreachable(what, cause);
    throw new ServiceError('GITHUB_REFUSED', `GitHub refused ${what} (HTTP ${status ?? 200})`, {
      fix: `Check that the token is valid for this repository and has the permission ${permission}.`,
      retryable: false,
      cause,
    });
  });
}

/** GraphQL says no in an answer that succeeded. */
export function isGraphQLRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'GraphqlResponseError';
}

function unreachable(what: string, cause: unknown): ServiceError {
  return new ServiceError('GITHUB_UNREACHABLE', `GitHub could not be reached while ${what}`, {
    fix: 'Check https://www.githubstatus.com and the network of the runner.',
    retryable: true,
    cause,
  });
}
