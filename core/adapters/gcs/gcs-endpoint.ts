import { UserError } from '../../errors.ts';
import type { HttpRequest } from '../http/http-exchange.ts';
import type { FailureMeaning, ObjectCall, ObjectEndpoint, ObjectFailure } from '../http/object-http.ts';
import { connectGcs, type GcsConnection, type GcsSettings } from './gcs-connection.ts';
import { refusedByGcs, translateGcsError } from './gcs-error.ts';
import { type GcsLocation, gcsObjectName } from './gcs-location.ts';

/** Chosen: Google's SDK gives tokens that are valid for 5 minutes more, and keeps them itself. */
const TOKEN_MS = 60_000;

/**
 * Requests of Google's JSON API for one bucket: GET of a key is its bytes, GET with a query what the API says of the key
 * (or lists, without a key), POST an upload in one piece.
 */
export class GcsEndpoint implements ObjectEndpoint {
  readonly uri: string;
  readonly #location: GcsLocation;
  readonly #settings: GcsSettings;
  readonly #now: () => number;
  #connection: Promise<GcsConnection> | undefined;
  #hasBucket: Promise<void> | undefined;
  #ready: { readonly origin: string; readonly headers: Readonly<Record<string, string>>; untilMs: number } | undefined;

  constructor(location: GcsLocation, settings: GcsSettings, now: () => number = Date.now) {
    this.uri = location.uri;
    this.#location = location;
    this.#settings = settings;
    this.#now = now;
  }

  request(call: ObjectCall): HttpRequest | Promise<HttpRequest> {
    const ready = this.#ready;
    // Nothing to wait for but once a minute.
    if (ready !== undefined && this.#now() < ready.untilMs) return this.#requestTo(ready, call);
    return this.#prepare().then((fresh) => this.#requestTo(fresh, call));
  }

  async judge({ status, key }: ObjectFailure): Promise<FailureMeaning> {
    const uri = `${this.uri}/${key}`;
    if (status === 404) {
      await this.#requireBucket();
      return 'absent';
    }
    return status === 403 ? forbidden(uri) : refusedByGcs(uri, status);
  }

  /** The connection, made at the first call. */
  connect(): Promise<GcsConnection> {
    this.#connection ??= connectGcs(this.uri, this.#settings);
    return this.#connection;
  }

  async #prepare() {
    const { origin, token } = await this.connect();
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${await token()}` };
    this.#ready = { origin, headers, untilMs: this.#now() + TOKEN_MS };
    return this.#ready;
  }

  #requestTo(
    { origin, headers }: { readonly origin: string; readonly headers: Readonly<Record<string, string>> },
    call: ObjectCall,
  ): HttpRequest {
    const { method, key, query = '', body } = call;
    const { bucket } = this.#location;
    const name = encodeURIComponent(gcsObjectName(this.#location, key));
    const own = { ...headers, ...conditionless(call.headers) };
    if (method === 'POST' || method === 'PUT') {
      const path = `/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`;
      const type = { 'content-type': 'application/octet-stream' };
      return { origin, method: 'POST', path, headers: { ...own, ...type }, body: body ?? new Uint8Array() };
    }
    const place = `/storage/v1/b/${bucket}/o`;
    const path = key === '' ? `${place}?${query}` : `${place}/${name}?${query === '' ? 'alt=media' : query}`;
    return { origin, method, path, headers: own };
  }

  /** A missing bucket answers 404 as a missing object does, and only the latter means "not there". */
  #requireBucket(): Promise<void> {
    this.#hasBucket ??= this.#askForBucket();
    return this.#hasBucket;
  }

  async #askForBucket(): Promise<void> {
    const { storage } = await this.connect();
    try {
      await storage.bucket(this.#location.bucket).getFiles({ maxResults: 1, autoPaginate: false });
    } catch (error) {
      throw translateGcsError(this.uri, error);
    }
  }
}

/** Google's JSON API knows no `If-Range`: what is put together of two versions of an object has no right digest. */
function conditionless(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { 'if-range': _, 'if-match': __, ...others } = headers;
  return others;
}

function forbidden(uri: string): UserError {
  return new UserError('OBJECT_FORBIDDEN', `${uri} is missing, or these credentials may not use it (HTTP 403)`, {
    fix: 'Give the account of this job the role storage.objectViewer on the bucket, and storage.objectUser to push. Without storage.objects.list Google does not report which of the two it is.',
  });
}
