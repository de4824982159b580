import { ServiceError } from '../../errors.ts';
import { basicHeader, parseBearerChallenge, type RegistryLogin } from './registry-auth.ts';

/** One request of the distribution API. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below `/v2/`, or an absolute URL that the registry gave. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt. */
  readonly body?: () => Promise<Blob>;
}

/** Chosen: with waits of 0.5 and 1 s this bridges a restart of a proxy, no outage. */
const ATTEMPTS = 3;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

class TokenServiceBusy extends Error {}

/** Speaks the distribution API with one registry. Credentials go to that host and to its token service alone. */
export class RegistryClient {
  readonly host: string;
  readonly #login: RegistryLogin | undefined;
  readonly #tokens = new Map<string, string>();

  constructor(host: string, login: RegistryLogin | undefined) {
    this.host = host;
    this.#login = login;
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
      const response = await this.#attempt(request, scope).catch((error: unknown) => {
        if (error instanceof ServiceError) throw error;
        if (attempt >= ATTEMPTS) throw this.#unreachable(request, error);
        return undefined;
      });
      const isBusy = response !== undefined && (response.status === 429 || response.status >= 500);
      if (response !== undefined && !isBusy) return this.#accept(request, response);
      if (attempt >= ATTEMPTS) throw this.#unreachable(request, response?.status);
      await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
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
    // Uploads may be sent to another host by the registry; it gets no credentials of ours.
    const own = url.origin === new URL(this.origin).origin && authorization !== undefined ? { authorization } : {};
    const content = body === undefined ? {} : { body: await body() };
    return fetch(url, { method, headers: { ...headers, ...own }, ...content });
  }

  async #logIn(challenge: string | null, scope: string): Promise<string | undefined> {
    const bearer = parseBearerChallenge(challenge);
    if (bearer?.realm === undefined) return this.#login === undefined ? undefined : basicHeader(this.#login);
    if (!URL.canParse(bearer.realm)) return undefined;
    const url = new URL(bearer.realm);
    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.host));
    if (!isSafe) return undefined;
    if (bearer.service !== undefined) url.searchParams.set('service', bearer.service);
    url.searchParams.set('scope', scope);
    const headers = this.#login === undefined ? {} : { authorization: basicHeader(this.#login) };
    const response = await fetch(url, { headers });
    // A service that cannot answer has refused nobody: this attempt has failed.
    if (response.status === 429 || response.status >= 500) {
      throw new TokenServiceBusy(`the token service ${url.host} answered HTTP ${response.status}`);
    }
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
    const who = this.#login === undefined ? 'without a login' : `as ${this.#login.user}`;
    throw new ServiceError(
      'REGISTRY_REFUSED',
      `${this.host} refused ${request.method} ${request.path} ${who} (HTTP ${status})`,
      {
        retryable: false,
        fix: 'Log in to that registry before this step with an account that has this permission (docker/login-action).',
      },
    );
  }

  #unreachable(request: RegistryRequest, cause: unknown): ServiceError {
    const noHttp = cause instanceof TokenServiceBusy ? cause.message : 'no answer';
    const why = typeof cause === 'number' ? `HTTP ${cause}` : noHttp;
    return new ServiceError('REGISTRY_UNREACHABLE', `${this.host}: ${request.method} ${request.path} failed (${why})`, {
      retryable: true,
      fix: 'Run the job again. If the error remains, check the name of the registry and the network of the runner.',
      cause,
    });
  }
}

/** The answer of a token service has one of these two fields; anything else is no token. */
function tokenOf(text: string): string | undefined {
  try {
    const answer = JSON.parse(text) as { token?: unknown; access_token?: unknown } | null;
    const token = answer?.token ?? answer?.access_token;
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}
