import type { HttpAuthorization } from '../../domain/data/dvc-remote.ts';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import { withoutEnding } from '../../domain/text/without-ending.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { ByteSink } from '../../ports/data/byte-sink.ts';
import type { DataRemote } from '../../ports/data/data-remote.ts';
import type { ObjectEntry } from '../../ports/store/object-store.ts';
import type { HttpRequest } from './http-exchange.ts';
import type { FailureMeaning, ObjectCall, ObjectEndpoint, ObjectFailure, ObjectHttp } from './object-http.ts';
import { openObjectHttp } from './open-object-http.ts';
import { readObject } from './read-object.ts';

/** Options for a web server. */
export interface HttpRemoteOptions {
  /** Requests in flight, at most. */
  readonly jobs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly authorization?: HttpAuthorization;
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
}

/** A DVC remote on a web server, which is only read from. */
export class HttpDataRemote implements DataRemote {
  readonly uri: string;
  readonly jobs: number;
  readonly #http: ObjectHttp;

  /** @param url Without a trailing slash. */
  constructor(url: string, options: HttpRemoteOptions) {
    const endpoint = new HttpEndpoint(url, options);
    this.uri = endpoint.uri;
    this.jobs = options.jobs;
    this.#http = openObjectHttp(endpoint, options);
  }

  read(key: string, sink: ByteSink, sizeBytes?: number): Promise<boolean> {
    return readObject(this.#http, assertObjectKey(key), { sink, sizeBytes });
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const call = { method: 'HEAD', key: assertObjectKey(key) } as const;
    const head = await this.#http.send(call, {
      head: () => true,
      data: () => {},
      again: () => call,
      position: () => 0,
    });
    return head === undefined ? undefined : { key, sizeBytes: Number(head.headers.get('content-length') ?? 0) };
  }

  async put(): Promise<void> {
    throw new UserError('DVC_UNSUPPORTED', `${this.uri}: data cannot be pushed to a web server`, {
      fix: 'Push to an s3:// remote or a folder: name it in the input remote.',
    });
  }

  listPages(): undefined {
    return undefined;
  }
}

class HttpEndpoint implements ObjectEndpoint {
  readonly uri: string;
  readonly #origin: string;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, { authorization }: HttpRemoteOptions) {
    const { origin, pathname, username, password } = new URL(url);
    this.#origin = origin;
    this.#path = withoutEnding(pathname, '/');
    this.uri = `${origin}${this.#path}`;
    const inUrl = {
      kind: 'basic',
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
    } as const;
    this.#headers = authorizationHeader(authorization ?? (username === '' ? undefined : inUrl));
  }

  request({ method, key, headers = {} }: ObjectCall): HttpRequest {
    const path = `${this.#path}/${key.split('/').map(encodeURIComponent).join('/')}`;
    return { origin: this.#origin, method, path, headers: { ...this.#headers, ...headers } };
  }

  judge({ status, key }: ObjectFailure): FailureMeaning {
    if (status === 404 || status === 410) return 'absent';
    const what = `${this.uri}/${key}: the server refused the request (HTTP ${status})`;
    return new ServiceError('STORE_REFUSED', what, {
      retryable: false,
      fix: 'Check the url of the remote, and its auth, user and password in .dvc/config.local.',
    });
  }
}

function authorizationHeader(authorization: HttpAuthorization | undefined): Record<string, string> {
  if (authorization === undefined) return {};
  if (authorization.kind === 'header') return { [authorization.name]: authorization.value };
  const { user, password } = authorization;
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}` };
}
