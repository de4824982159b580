import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { createAgent } from '../http/http-agent.ts';

/** A request of the SDK, as far as it is read. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  /** Encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** An answer as the SDK wants it. */
interface SdkResponse {
  readonly statusCode: number;
  headers: Record<string, string>;
  readonly body: Readable;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Chosen: S3 may take minutes to put the parts of an upload together. */
const READ_TIMEOUT_MS = 300_000;
/** Failures on the way, by undici's names. What is wrong with a request itself has other names. */
const ON_THE_WAY = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_ABORTED',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Carries the requests of the AWS SDK, so that they too go through the proxies of an environment. */
export class SdkHttpHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #agent: Dispatcher;

  /** @param connections To one server, at most. */
  constructor(env: Readonly<Record<string, string | undefined>>, connections: number) {
    this.#agent = createAgent({ env, connections, connectTimeoutMs: CONNECT_TIMEOUT_MS });
  }

  async handle(
    request: SdkRequest,
    { abortSignal }: { readonly abortSignal?: unknown } = {},
  ): Promise<{ response: SdkResponse }> {
    const signal = abortSignal instanceof AbortSignal ? abortSignal : null;
    const { statusCode, headers, body } = await this.#agent
      .request({ ...undiciRequest(request), signal })
      .catch((error: unknown) => {
        throw asTransient(error);
      });
    const single = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
    return { response: { statusCode, headers: Object.fromEntries(single), body } };
  }

  /** Ends all connections. */
  destroy(): void {
    void this.#agent.destroy();
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}

function undiciRequest(request: SdkRequest): Dispatcher.RequestOptions & { readonly origin: string } {
  const { protocol, hostname, port, path, method, body } = request;
  // undici does not wait for `100 Continue`, and refuses the header that asks for it. The signature leaves it out.
  const headers = Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== 'expect');
  const query = encodedQuery(request.query);
  return {
    origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
    path: query === '' ? path : `${path}?${query}`,
    method: method as Dispatcher.HttpMethod,
    headers: Object.fromEntries(headers),
    body: body ?? null,
    headersTimeout: READ_TIMEOUT_MS,
    bodyTimeout: READ_TIMEOUT_MS,
  };
}

function encodedQuery(query: SdkRequest['query'] = {}): string {
  const parts = Object.entries(query).flatMap(([name, value]) => {
    if (value === null) return [encode(name)];
    return [value].flat().map((one) => `${encode(name)}=${encode(one)}`);
  });
  return parts.join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The SDK tries again what has the name of a timeout or a code of Node.js; undici's codes it does not know. */
function asTransient(error: unknown): unknown {
  const isOnTheWay =
    error instanceof Error && 'code' in error && typeof error.code === 'string' && ON_THE_WAY.has(error.code);
  return isOnTheWay ? Object.assign(new Error(error.message, { cause: error }), { name: 'TimeoutError' }) : error;
}
