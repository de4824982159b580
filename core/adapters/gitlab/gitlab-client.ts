import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import { connectionProblem, isConnectionError } from '../http/connection-problem.ts';
import type { HttpFetch } from '../http/http-fetch.ts';
import { isRetriedStatus, MAX_ATTEMPTS, type Sleep, waitBeforeTry } from '../http/retry-policy.ts';

/** A GitLab, and who asks it. */
export interface GitLabAccess {
  /** `CI_API_V4_URL`: `https://gitlab.example/api/v4`, without a slash at its end. */
  readonly apiUrl: string;
  readonly token: string;
  readonly fetch: HttpFetch;
  /** Between two tries; default: a real wait. */
  readonly sleep?: Sleep;
}

/** One request of the REST API. */
export interface GitLabRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the address of the API, with its query. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The work that it is for, in messages: `listing the notes of !7`. */
  readonly what: string;
  /** Statuses that are an answer for the caller, besides success. */
  readonly answers?: readonly number[];
}

/** An answer of the REST API. */
export interface GitLabAnswer {
  readonly status: number;
  /** JSON, as it came; undefined where there is none. */
  readonly data: unknown;
  /** Number of the page after this one; undefined for the last one. */
  readonly nextPage: number | undefined;
}

type Response = Awaited<ReturnType<HttpFetch>>;

/** Chosen: a page of notes, each at the limit of GitLab, is larger only if someone wants it to be. */
const MAX_ANSWER_BYTES = 64 * 2 ** 20;
const refusal = z.object({ message: z.unknown().optional(), error: z.unknown().optional() });
/** Chosen: a sentence. */
const MAX_REASON_CHARACTERS = 300;

/** Speaks the REST API of a GitLab. The token goes to that address alone: redirects are not followed. */
export class GitLabClient {
  readonly #access: GitLabAccess;

  constructor(access: GitLabAccess) {
    this.#access = access;
  }

  /**
   * Sends a request; again where that may help and does nothing twice: a POST only where GitLab says that it did nothing.
   *
   * @throws {ServiceError} GITLAB_REFUSED, or GITLAB_UNREACHABLE (retryable).
   */
  async send(request: GitLabRequest): Promise<GitLabAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#fetch(request).catch((error: unknown) => {
        if (isConnectionError(error)) return error;
        throw error;
      });
      if (isResponse(response) && !isRetriedStatus(response.status)) return this.#accept(request, response);
      if (!mayRepeat(request, response) || attempt >= MAX_ATTEMPTS) throw unreachable(request, response);
      await this.wait(attempt, isResponse(response) ? response.headers.get('retry-after') : null);
    }
  }

  /** Waits before a further try. */
  wait(attempt: number, retryAfter: string | null): Promise<void> {
    return waitBeforeTry(attempt, retryAfter ?? undefined, this.#access.sleep);
  }

  #fetch({ method, path, body }: GitLabRequest): Promise<Response> {
    const { apiUrl, token, fetch } = this.#access;
    return fetch(`${apiUrl}${path}`, {
      method,
      headers: { 'private-token': token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // Another address would get the token.
      redirect: 'manual',
    });
  }

  async #accept(request: GitLabRequest, response: Response): Promise<GitLabAnswer> {
    const { status } = response;
    const text = await readText(request, response);
    if (!response.ok && request.answers?.includes(status) !== true) throw refused(request, response, text);
    const nextPage = Number(response.headers.get('x-next-page') || Number.NaN);
    return {
      status,
      data: text === '' ? undefined : parseJson(request, text),
      nextPage: Number.isInteger(nextPage) ? nextPage : undefined,
    };
  }
}

function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value;
}

/** A request that was not carried out may be sent again, and so may one that does the same twice. */
function mayRepeat({ method }: GitLabRequest, response: unknown): boolean {
  return method !== 'POST' || (isResponse(response) && response.status === 429);
}

async function readText(request: GitLabRequest, response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of response.body ?? []) {
      size += part.length;
      if (size > MAX_ANSWER_BYTES) throw notGitLab(request, `more than ${MAX_ANSWER_BYTES} bytes`);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof ServiceError ? error : unreachable(request, error);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseJson(request: GitLabRequest, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notGitLab(request, 'no JSON');
  }
}

/** An answer that is not of GitLab's REST API. */
export function notGitLab({ what }: Pick<GitLabRequest, 'what'>, got: string): ServiceError {
  return new ServiceError('GITLAB_REFUSED', `the answer to ${what} is not one of GitLab: ${got}`, {
    fix: 'Check that CI_API_V4_URL is the address of the API of your GitLab: https://<host>/api/v4.',
    retryable: false,
  });
}

function unreachable({ what }: GitLabRequest, failure: unknown): ServiceError {
  const why = isResponse(failure) ? `HTTP ${failure.status}` : connectionProblem(failure);
  return new ServiceError('GITLAB_UNREACHABLE', `GitLab could not be reached while ${what}: ${why}`, {
    fix: 'Check that the runner reaches CI_API_V4_URL, and run the job again.',
    retryable: true,
    cause: failure,
  });
}

function refused({ what }: GitLabRequest, { status, headers }: Response, text: string): ServiceError {
  const location = headers.get('location');
  const said = location === null ? reasonOf(text) : `it is at ${location}`;
  return new ServiceError(
    'GITLAB_REFUSED',
    `GitLab refused ${what} (HTTP ${status}${said === '' ? '' : `: ${said}`})`,
    {
      fix: fixFor(status),
      retryable: false,
    },
  );
}

function reasonOf(text: string): string {
  try {
    const parsed = refusal.safeParse(JSON.parse(text));
    const said = parsed.data?.message ?? parsed.data?.error ?? '';
    return (typeof said === 'string' ? said : JSON.stringify(said)).slice(0, MAX_REASON_CHARACTERS);
  } catch {
    return '';
  }
}

function fixFor(status: number): string {
  if (status === 401)
    return 'Set the CI/CD variable GITLAB_TOKEN to a project access token that has not expired: Settings > Access tokens, scope api. CI_JOB_TOKEN cannot write notes.';
  if (status === 403)
    return 'Give the project access token in GITLAB_TOKEN the scope api and at least the role Reporter.';
  if (status === 404)
    return 'Check that the token in GITLAB_TOKEN is of this project: GitLab hides a project and its merge requests from every other token.';
  if (status >= 300 && status < 400) return 'Set CI_API_V4_URL to the address that GitLab itself uses.';
  return 'Check the message of GitLab, and the version of your GitLab: the API v4 is needed.';
}
