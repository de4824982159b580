import type { RequestInit, Response } from 'undici';
import { ServiceError, UserError } from '../../errors.ts';
import { connectionProblem } from '../http/connection-problem.ts';
import type { HttpFetch } from '../http/http-fetch.ts';
import { isRetriedStatus, MAX_ATTEMPTS, type Sleep, waitBeforeTry } from '../http/retry-policy.ts';
import { basicHeader, parseBearerChallenge, type RegistryLogin } from './registry-auth.ts';

/** Bytes of a request. With an `AsyncIterable` the request has to have a `content-length`. */
export type RegistryBody = Blob | Uint8Array | AsyncIterable<Uint8Array>;

/** One request of the distribution API. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  /** Below `/v2/`, or an absolute URL that the registry gave; a function is asked again for each attempt. */
  readonly path: string | (() => Promise<string>);
  readonly headers?: Readonly<Record<string, string>>;
  /** Made again for each attempt. */
  readonly body?: () => Promise<RegistryBody>;
  /** Statuses from 400 to 499 that are an answer for the caller, besides 404. */
  readonly answers?: readonly number[];
  /** Default: `MAX_ATTEMPTS`. */
  readonly maxAttempts?: number;
}

/** A request that a registry refused. */
export interface RegistryRefusal {
  readonly host: string;
  readonly request: RegistryRequest;
  /** As it was asked. */
  readonly path: string;
  readonly scope: string;
  readonly status: number;
  /** Undefined: without a login. */
  readonly user: string | undefined;
}

/** Dependencies of a registry client. */
export interface RegistryMeans {
  readonly login: RegistryLogin | undefined;
  readonly fetch: HttpFetch;
  /** Between two tries; default: a real wait. */
  readonly sleep?: Sleep;
  /** The error of a refusal; default: REGISTRY_REFUSED. */
  readonly refused?: (refusal: RegistryRefusal) => Error;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/** One try without an answer that says something of the object. */
class NoAnswer extends Error {
  readonly retryAfter: string | undefined;

  constructor(why: string, { retryAfter, cause }: { retryAfter?: string | null; cause?: unknown } = {}) {
    super(why, { cause });
    this.retryAfter = retryAfter ?? undefined;
  }
}

/** Speaks the distribution API with one registry. Credentials go to that host and to its token service alone. */
export class RegistryClient {
  readonly host: string;
  readonly #means: RegistryMeans;
  readonly #tokens = new Map<string, string>();

  constructor(host: string, means: RegistryMeans) {
    this.host = host;
    this.#means = means;
  }

  /** As Docker: plain HTTP for registries of this machine, HTTPS for all others. */
  get origin(): string {
    return `${LOOPBACK.test(this.host) ? 'http' : 'https'}://${this.host}`;
  }

  /**
   * Sends a request; logs in where the registry asks for it.
   *
   * @param scope What a token has to allow: `repository:<name>:pull,push`.
   * @returns The response, of any status that says something of the object (404 included).
   * @throws {ServiceError} REGISTRY_REFUSED for 400 to 403 and others, REGISTRY_UNREACHABLE after several attempts.
   */
  async send(request: RegistryRequest, scope: string): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const tried = await this.#attempt(request, scope).catch((error: unknown) => {
        if (error instanceof NoAnswer) return error;
        throw error;
      });
      if (!(tried instanceof NoAnswer)) return this.#accept(request, tried, scope);
      if (attempt >= (request.maxAttempts ?? MAX_ATTEMPTS)) throw this.#unreachable(request, tried);
      await waitBeforeTry(attempt, tried.retryAfter, this.#means.sleep);
    }
  }

  async #attempt(request: RegistryRequest, scope: string): Promise<Response> {
    const response = await this.#fetch(request, scope);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    const token = await this.#logIn(response.headers.get('www-authenticate'), scope);
    if (token === undefined) return response;
    this.#tokens.set(scope, token);
    return this.#fetch(request, scope);
  }

  async #fetch({ method, path, headers, body }: RegistryRequest, scope: string): Promise<Response> {
    const url = new URL(typeof path === 'string' ? path : await path(), `${this.origin}/v2/`);
    // After the path: what gives it may have renewed the token.
    const authorization = this.#tokens.get(scope);
    // Uploads may be sent to another host by the registry; it gets no credentials of Tidegate.
    const own = url.origin === new URL(this.origin).origin && authorization !== undefined ? { authorization } : {};
    const content = body === undefined ? {} : bodyOf(await body());
    return this.#answer(url, { method, headers: { ...headers, ...own }, ...content }, '');
  }

  /** @throws {NoAnswer} where another try may help. A busy server has refused no one. */
  async #answer(url: URL, init: Parameters<HttpFetch>[1], who: string): Promise<Response> {
    const response = await this.#means.fetch(url, init).catch((cause: unknown) => {
      throw ownError(cause) ?? new NoAnswer(`no answer: ${who}${connectionProblem(cause)}`, { cause });
    });
    if (!isRetriedStatus(response.status)) return response;
    await response.body?.cancel();
    const why = who === '' ? `HTTP ${response.status}` : `${who}answered HTTP ${response.status}`;
    throw new NoAnswer(why, { retryAfter: response.headers.get('retry-after') });
  }

  async #logIn(challenge: string | null, scope: string): Promise<string | undefined> {
    const bearer = parseBearerChallenge(challenge);
    if (bearer?.realm === undefined)
      return this.#means.login === undefined ? undefined : basicHeader(this.#means.login);
    if (!URL.canParse(bearer.realm)) return undefined;
    const url = new URL(bearer.realm);
    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.host));
    if (!isSafe) return undefined;
    if (bearer.service !== undefined) url.searchParams.set('service', bearer.service);
    url.searchParams.set('scope', scope);
    const headers = this.#means.login === undefined ? {} : { authorization: basicHeader(this.#means.login) };
    const response = await this.#answer(url, { headers }, `the token service ${url.host} `);
    if (!response.ok) return undefined;
    const token = tokenOf(await response.text());
    if (token === undefined) throw this.#noToken(url.host);
    return `Bearer ${token}`;
  }

  #noToken(service: string): ServiceError {
    return new ServiceError('REGISTRY_REFUSED', `${this.host}: its token service ${service} answered no token`, {
      retryable: false,
      fix: 'Check the name of the registry, and whether a proxy answers instead.',
    });
  }

  #accept(request: RegistryRequest, response: Response, scope: string): Response {
    const { status } = response;
    if (status < 400 || status === 404 || request.answers?.includes(status) === true) return response;
    if (status >= 500) throw this.#unreachable(request, new NoAnswer(`HTTP ${status}`));
    const { host } = this;
    const refusal = { host, request, path: pathOf(request), scope, status, user: this.#means.login?.user };
    throw (this.#means.refused ?? refusedByRegistry)(refusal);
  }

  #unreachable(request: RegistryRequest, tried: NoAnswer): ServiceError {
    const what = `${request.method} ${pathOf(request)}`;
    return new ServiceError('REGISTRY_UNREACHABLE', `${this.host}: ${what} failed (${tried.message})`, {
      retryable: true,
      fix: 'Run the job again. If the error remains, check the name of the registry and the network of the runner.',
      cause: tried.cause,
    });
  }
}

function refusedByRegistry({ host, request, path, status, user }: RegistryRefusal): ServiceError {
  const who = user === undefined ? 'without a login' : `as ${user}`;
  return new ServiceError('REGISTRY_REFUSED', `${host} refused ${request.method} ${path} ${who} (HTTP ${status})`, {
    retryable: false,
    fix: 'Log in to that registry before this step with an account that has this permission (docker/login-action).',
  });
}

/** Without a query: it may say who uploads. */
function pathOf({ path }: RegistryRequest): string {
  return typeof path === 'string' ? path : 'blobs/uploads';
}

/** `duplex`: undici wants it said that a stream is sent before the answer comes. */
function bodyOf(body: RegistryBody): Pick<RequestInit, 'body' | 'duplex'> {
  return Symbol.asyncIterator in body ? { body, duplex: 'half' } : { body };
}

/** The error of a body's own source, which another try does not change. */
function ownError(thrown: unknown): Error | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof UserError || error instanceof ServiceError || error instanceof RangeError) return error;
  }
  return undefined;
}

/** The answer of a token service has one of these two fields; anything else is not a token. */
function tokenOf(text: string): string | undefined {
  try {
    const answer = JSON.parse(text) as { token?: unknown; access_token?: unknown } | null;
    const token = answer?.token ?? answer?.access_token;
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}
