import type { Response } from 'undici';
import { ServiceError } from '../../errors.ts';
import { connectionProblem } from '../http/connection-problem.ts';
import type { HttpFetch } from '../http/http-fetch.ts';
import { isRetriedStatus, MAX_ATTEMPTS, type Sleep, waitBeforeTry } from '../http/retry-policy.ts';
import { basicHeader, parseBearerChallenge, type RegistryLogin } from './registry-auth.ts';

/** One request of the distribution API. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below `/v2/`, or an absolute URL that the registry gave. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made again for each attempt. */
  readonly body?: () => Promise<Blob>;
}

/** Dependencies of a registry client. */
export interface RegistryMeans {
  readonly login: RegistryLogin | undefined;
  readonly fetch: HttpFetch;
  /** Between two tries; default: a real wait. */
  readonly sleep?: Sleep;
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
      if (!(tried instanceof NoAnswer)) return this.#accept(request, tried);
      if (attempt >= MAX_ATTEMPTS) throw this.#unreachable(request, tried);
      await waitBeforeTry(attempt, tried.retryAfter, this.#means.sleep);
    }
  }

  async #attempt(request: RegistryRequest, scope: string): Promise<Response> {
    const response = await this.#fetch(request, this.#tokens.get(scope));
    if (response.status !== 401) return response;
    await response.body?.cancel();
    const token = await this.#logIn(response.headers.get('www-authenticate'), scope);
    if (token === undefined) return response;
    this.#tokens.set(scope, token);
    return this.#fetch(request, token);
  }

  async #fetch({ method, path, headers, body }: RegistryRequest, authorization: string | undefined): Promise<Response> {
    const url = new URL(path, `${this.origin}/v2/`);
    // Uploads may be sent to another host by the registry; it gets no credentials of Tidegate.
    const own = url.origin === new URL(this.origin).origin && authorization !== undefined ? { authorization } : {};
    const content = body === undefined ? {} : { body: await body() };
    return this.#answer(url, { method, headers: { ...headers, ...own }, ...content }, '');
  }

  /** @throws {NoAnswer} where another try may help. A busy server has refused no one. */
  async #answer(url: URL, init: Parameters<HttpFetch>[1], who: string): Promise<Response> {
    const response = await this.#means.fetch(url, init).catch((cause: unknown) => {
      throw new NoAnswer(`no answer: ${who}${connectionProblem(cause)}`, { cause });
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

  #accept(request: RegistryRequest, response: Response): Response {
    const { status } = response;
    if (status < 400 || status === 404) return response;
    if (status >= 500) throw this.#unreachable(request, new NoAnswer(`HTTP ${status}`));
    const who = this.#means.login === undefined ? 'without a login' : `as ${this.#means.login.user}`;
    throw new ServiceError(
      'REGISTRY_REFUSED',
      `${this.host} refused ${request.method} ${request.path} ${who} (HTTP ${status})`,
      {
        retryable: false,
        fix: 'Log in to that registry before this step with an account that has this permission (docker/login-action).',
      },
    );
  }

  #unreachable({ method, path }: RegistryRequest, tried: NoAnswer): ServiceError {
    return new ServiceError('REGISTRY_UNREACHABLE', `${this.host}: ${method} ${path} failed (${tried.message})`, {
      retryable: true,
      fix: 'Run the job again. If the error remains, check the name of the registry and the network of the runner.',
      cause: tried.cause,
    });
  }
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
