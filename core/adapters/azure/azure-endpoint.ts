import { UserError } from '../../errors.ts';
import type { HttpRequest } from '../http/http-exchange.ts';
import type { FailureMeaning, ObjectCall, ObjectEndpoint, ObjectFailure } from '../http/object-http.ts';
import { type AzureAccess, type AzureConnection, type AzureSettings, connectAzure } from './azure-connection.ts';
import { isAbsentBlob, refusedByAzure } from './azure-error.ts';
import { type AzureLocation, azureBlobName } from './azure-location.ts';

/** Version of the API. Chosen: the newest that all servers in use know. */
const VERSION = '2021-12-02';

/** Requests for the blobs of one container, with the access that the SDK gives. */
export class AzureEndpoint implements ObjectEndpoint {
  readonly uri: string;
  readonly #location: AzureLocation;
  readonly #settings: AzureSettings;
  readonly #now: () => number;
  #connection: AzureConnection | undefined;
  #access: AzureAccess | undefined;

  constructor(location: AzureLocation, settings: AzureSettings, now: () => number = Date.now) {
    this.uri = location.uri;
    this.#location = location;
    this.#settings = settings;
    this.#now = now;
  }

  request(call: ObjectCall): HttpRequest | Promise<HttpRequest> {
    const access = this.#access;
    // Nothing to wait for but the first time and when the access ends.
    if (access !== undefined && this.#now() < access.untilMs) return this.#requestWith(access, call);
    return this.#renew().then((fresh) => this.#requestWith(fresh, call));
  }

  judge({ status, headers, key, text }: ObjectFailure): FailureMeaning {
    const code = headers.get('x-ms-error-code') ?? /<Code>([^<]+)<\/Code>/.exec(text)?.[1];
    if (isAbsentBlob({ status, code })) return 'absent';
    if (status === 403 && code !== 'AuthenticationFailed') return forbidden(`${this.uri}/${key}`, code);
    return refusedByAzure(`${this.uri}/${key}`, { status, code });
  }

  /** The connection, made at the first call. */
  connect(): AzureConnection {
    this.#connection ??= connectAzure(this.uri, this.#location.container, this.#settings);
    return this.#connection;
  }

  async #renew(): Promise<AzureAccess> {
    const access = await this.connect().access();
    this.#access = access;
    return access;
  }

  #requestWith(access: AzureAccess, { method, key, headers = {}, body }: ObjectCall): HttpRequest {
    const { origin, basePath } = this.connect();
    const name = azureBlobName(this.#location, key).split('/').map(encodeURIComponent).join('/');
    const path = `${basePath}/${name}${access.query === '' ? '' : `?${access.query}`}`;
    // Azure knows no `If-Range`: what is put together of two versions of a blob has no right digest.
    const { 'if-range': _, ...others } = headers;
    const own = { ...others, ...access.headers, 'x-ms-version': VERSION };
    if (body === undefined) return { origin, method, path, headers: own };
    return { origin, method, path, headers: { ...own, 'x-ms-blob-type': 'BlockBlob' }, body };
  }
}

function forbidden(uri: string, code: string | undefined): UserError {
  return new UserError('OBJECT_FORBIDDEN', `${uri}: these credentials may not use it (${code ?? 'HTTP 403'})`, {
    fix: 'Give the identity of this job the role "Storage Blob Data Reader" on the container, and "Storage Blob Data Contributor" to push; a SAS token needs the permissions r and l, and c and w to push.',
  });
}
