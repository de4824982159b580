import { assertObjectKey } from '../../domain/model/object-key.ts';
import { ServiceError } from '../../errors.ts';
import type { ByteSink } from '../../ports/data/byte-sink.ts';
import type { DataRemote } from '../../ports/data/data-remote.ts';
import type { ObjectContent, ObjectEntry } from '../../ports/store/object-store.ts';
import type { ObjectCall, ObjectHttp } from '../http/object-http.ts';
import { fetchText, ignoringBody } from '../http/object-text.ts';
import { openObjectHttp } from '../http/open-object-http.ts';
import { readObject } from '../http/read-object.ts';
import { SizedPuts } from '../http/sized-puts.ts';
import type { S3Settings } from './s3-client.ts';
import { S3Endpoint } from './s3-endpoint.ts';
import { translateS3Error } from './s3-error.ts';
import { parseS3Uri, type S3Location } from './s3-location.ts';
import { uploadInParts } from './s3-multipart.ts';
import { encodeQuery } from './sigv4.ts';

/** Chosen; larger where an object would have more than the 10,000 parts that S3 allows. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** Chosen: several times a page of 1,000 keys of 1,024 bytes, encoded. */
const MOST_LIST_BYTES = 16 * 1024 * 1024;

/** Options of a remote. */
export interface S3RemoteOptions extends S3Settings {
  /** Requests in flight, at most. */
  readonly jobs: number;
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
  /** Sent with what is stored: encryption, access; names in lower case. */
  readonly putHeaders?: Readonly<Record<string, string>>;
}

/** A DVC remote in an S3 bucket, or on a server that speaks S3. */
export class S3DataRemote implements DataRemote {
  readonly jobs: number;
  readonly #endpoint: S3Endpoint;
  readonly #http: ObjectHttp;
  readonly #location: S3Location;
  readonly #options: S3RemoteOptions;
  readonly #puts = new SizedPuts();

  constructor(uri: string, options: S3RemoteOptions) {
    this.#location = parseS3Uri(uri);
    this.#options = options;
    this.jobs = options.jobs;
    this.#endpoint = new S3Endpoint(this.#location, options);
    this.#http = openObjectHttp(this.#endpoint, options);
  }

  get uri(): string {
    return this.#endpoint.uri;
  }

  read(key: string, sink: ByteSink, sizeBytes?: number): Promise<boolean> {
    return readObject(this.#http, assertObjectKey(key), { sink, sizeBytes });
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const head = await this.#http.send(...ignoringBody({ method: 'HEAD', key: assertObjectKey(key) }));
    return head === undefined ? undefined : { key, sizeBytes: Number(head.headers.get('content-length') ?? 0) };
  }

  async put(key: string, content: ObjectContent): Promise<void> {
    assertObjectKey(key);
    return this.#puts.put(content, {
      whole: (bytes) => this.#putWhole(key, bytes),
      inPieces: () => this.#putLarge(key, content),
    });
  }

  async #putWhole(key: string, body: Uint8Array): Promise<void> {
    const headers = this.#options.putHeaders ?? {};
    await this.#http.send(...ignoringBody({ method: 'PUT', key, headers, body }));
  }

  listPages(prefix: string): AsyncIterable<readonly string[]> {
    return this.#pages(prefix);
  }

  async *#pages(prefix: string): AsyncIterable<readonly string[]> {
    const base = this.#location.prefix === '' ? '' : `${this.#location.prefix}/`;
    let token: string | undefined;
    do {
      const next = token === undefined ? {} : { 'continuation-token': token };
      const query = encodeQuery({ 'list-type': '2', prefix: base + prefix, 'encoding-type': 'url', ...next });
      const text = await this.#text({ method: 'GET', key: '', query });
      yield keysIn(text, base.length);
      const isTruncated = /<IsTruncated>true<\/IsTruncated>/.test(text);
      const last = token;
      token = isTruncated ? unescapeXml(/<NextContinuationToken>([^<]*)</.exec(text)?.[1]) : undefined;
      // Half a list is none: what is not in it would count as absent.
      if (isTruncated && token === undefined) throw brokenList(this.uri, 'it is truncated');
      if (token !== undefined && token === last)
        throw brokenList(this.uri, 'the same page is returned again and again');
    } while (token !== undefined);
  }

  async #text(call: ObjectCall): Promise<string> {
    const tooLong = () => brokenList(this.uri, 'one of its pages is truncated');
    return (await fetchText(this.#http, call, { mostBytes: MOST_LIST_BYTES, tooLong })) ?? '';
  }

  async #putLarge(key: string, content: ObjectContent): Promise<void> {
    const { client } = await this.#endpoint.connect();
    const { bucket: Bucket, prefix } = this.#location;
    const partBytes = Math.max(PART_BYTES, Math.ceil(content.sizeBytes / MAX_PARTS));
    const target = {
      Bucket,
      Key: prefix === '' ? key : `${prefix}/${key}`,
      ...sdkParameters(this.#options.putHeaders),
    };
    try {
      await uploadInParts(await client(), { target, condition: {}, partBytes }, content);
    } catch (error) {
      throw error instanceof RangeError ? error : translateS3Error(`${this.uri}/${key}`, error);
    }
  }
}

function brokenList(uri: string, what: string): ServiceError {
  return new ServiceError('STORE_UNREACHABLE', `${uri}: the list of its objects cannot be read: ${what}`, {
    retryable: true,
    fix: 'Run the job again. If the error remains, check the proxy or server between this job and the remote.',
  });
}

/** The same as the SDK names it, for uploads in parts. */
const SDK_NAMES = new Map([
  ['x-amz-server-side-encryption', 'ServerSideEncryption'],
  ['x-amz-server-side-encryption-aws-kms-key-id', 'SSEKMSKeyId'],
  ['x-amz-acl', 'ACL'],
  ['x-amz-grant-read', 'GrantRead'],
  ['x-amz-grant-read-acp', 'GrantReadACP'],
  ['x-amz-grant-write-acp', 'GrantWriteACP'],
  ['x-amz-grant-full-control', 'GrantFullControl'],
]);

function sdkParameters(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [SDK_NAMES.get(name) ?? name, value]));
}

/** The keys of a listing, without their first `skipped` characters. */
function keysIn(text: string, skipped: number): readonly string[] {
  const keys: string[] = [];
  for (let at = text.indexOf('<Key>'); at >= 0; at = text.indexOf('<Key>', at)) {
    const end = text.indexOf('</Key>', at);
    if (end < 0) break;
    keys.push(decodeUrl(text.slice(at + '<Key>'.length, end)).slice(skipped));
    at = end;
  }
  return keys;
}

function decodeUrl(text: string): string {
  if (/^[\w./-]*$/.test(text)) return text;
  return decodeURIComponent(unescapeXml(text)?.replaceAll('+', ' ') ?? '');
}

function unescapeXml(text: string | undefined): string | undefined {
  return text?.replace(/&(lt|gt|quot|apos|amp|#x?[0-9A-Fa-f]+);/g, (whole, name: string) => {
    const named = new Map([
      ['lt', '<'],
      ['gt', '>'],
      ['quot', '"'],
      ['apos', "'"],
      ['amp', '&'],
    ]).get(name);
    if (named !== undefined) return named;
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return Number.isNaN(code) ? whole : String.fromCodePoint(code);
  });
}
