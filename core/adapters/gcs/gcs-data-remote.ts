import { assertObjectKey } from '../../domain/model/object-key.ts';
import { ServiceError } from '../../errors.ts';
import type { ByteSink } from '../../ports/data/byte-sink.ts';
import type { DataRemote } from '../../ports/data/data-remote.ts';
import type { ObjectContent, ObjectEntry } from '../../ports/store/object-store.ts';
import type { ObjectHttp } from '../http/object-http.ts';
import { fetchText, ignoringBody } from '../http/object-text.ts';
import { openObjectHttp } from '../http/open-object-http.ts';
import { readObject } from '../http/read-object.ts';
import { SizedPuts } from '../http/sized-puts.ts';
import type { GcsSettings } from './gcs-connection.ts';
import { GcsEndpoint } from './gcs-endpoint.ts';
import { translateGcsError } from './gcs-error.ts';
import { type GcsLocation, gcsObjectName, parseGcsUri } from './gcs-location.ts';
import { uploadToGcs } from './gcs-upload.ts';

/** Chosen: several times a page of 1,000 names of 1,024 bytes, escaped. */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

/** Options of a remote. */
export interface GcsRemoteOptions extends GcsSettings {
  /** Requests in flight, at most. */
  readonly jobs: number;
}

/** A DVC remote in a bucket of Google Cloud Storage. */
export class GcsDataRemote implements DataRemote {
  readonly uri: string;
  readonly jobs: number;
  readonly #location: GcsLocation;
  readonly #endpoint: GcsEndpoint;
  readonly #http: ObjectHttp;
  readonly #puts = new SizedPuts();

  constructor(uri: string, options: GcsRemoteOptions) {
    this.#location = parseGcsUri(uri);
    this.uri = this.#location.uri;
    this.jobs = options.jobs;
    this.#endpoint = new GcsEndpoint(this.#location, options);
    this.#http = openObjectHttp(this.#endpoint, options);
  }

  read(key: string, sink: ByteSink, sizeBytes?: number): Promise<boolean> {
    return readObject(this.#http, assertObjectKey(key), { sink, sizeBytes });
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const found = await this.#ask(assertObjectKey(key), 'fields=size');
    if (found === undefined) return undefined;
    const sizeBytes = Number(found.size);
    if (!Number.isSafeInteger(sizeBytes)) throw this.#unreadable(key, 'it has no size');
    return { key, sizeBytes };
  }

  async put(key: string, content: ObjectContent): Promise<void> {
    assertObjectKey(key);
    return this.#puts.put(content, {
      whole: (bytes) => this.#putWhole(key, bytes),
      inPieces: () => this.#putLarge(key, content),
    });
  }

  async *listPages(prefix: string): AsyncIterable<readonly string[]> {
    const skipped = gcsObjectName(this.#location, '').length;
    const wanted = encodeURIComponent(gcsObjectName(this.#location, prefix));
    let token: string | undefined;
    do {
      const next = token === undefined ? '' : `&pageToken=${encodeURIComponent(token)}`;
      const page = await this.#ask('', `fields=items(name),nextPageToken&maxResults=1000&prefix=${wanted}${next}`);
      // Half a list is none: what is not in it would count as absent.
      if (page === undefined) throw this.#unreadable(prefix, 'a page of the list is missing');
      yield this.#namesIn(page.items, prefix).map((name) => name.slice(skipped));
      const last = token;
      token = typeof page.nextPageToken === 'string' && page.nextPageToken !== '' ? page.nextPageToken : undefined;
      if (token !== undefined && token === last) throw this.#unreadable(prefix, 'the same page comes again and again');
    } while (token !== undefined);
  }

  #namesIn(items: unknown, prefix: string): readonly string[] {
    if (items === undefined) return [];
    if (!Array.isArray(items)) throw this.#unreadable(prefix, 'a page of the list has no items');
    return items.map((item: unknown) => {
      const name = typeof item === 'object' && item !== null && 'name' in item ? item.name : undefined;
      if (typeof name !== 'string') throw this.#unreadable(prefix, 'an item of the list has no name');
      return name;
    });
  }

  async #putWhole(key: string, body: Uint8Array): Promise<void> {
    await this.#http.send(...ignoringBody({ method: 'POST', key, body }));
  }

  async #putLarge(key: string, content: ObjectContent): Promise<void> {
    const { storage } = await this.#endpoint.connect();
    const file = storage.bucket(this.#location.bucket).file(gcsObjectName(this.#location, key));
    try {
      await uploadToGcs(file, content, false);
    } catch (error) {
      throw translateGcsError(`${this.uri}/${key}`, error);
    }
  }

  /** Undefined where there is no such object. */
  async #ask(key: string, query: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const tooLong = () => this.#unreadable(key, 'it is too long');
    const text = await fetchText(this.#http, { method: 'GET', key, query }, { mostBytes: MOST_ANSWER_BYTES, tooLong });
    if (text === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return { ...value };
    } catch {
      // Told below: as another answer than the API's.
    }
    throw this.#unreadable(key, 'it is not a JSON object');
  }

  #unreadable(key: string, what: string): ServiceError {
    return new ServiceError('STORE_UNREACHABLE', `${this.uri}/${key}: the answer cannot be read: ${what}`, {
      retryable: true,
      fix: 'Run the job again. If the error remains, check the proxy or server between this job and the remote.',
    });
  }
}
