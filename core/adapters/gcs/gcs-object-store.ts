import type { Bucket, File, GetFilesOptions } from '@google-cloud/storage';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import type { ObjectContent, ObjectEntry, ObjectStore, PutMode, PutResult } from '../../ports/store/object-store.ts';
import { connectGcs, type GcsSettings } from './gcs-connection.ts';
import { gcsStatus, translateGcsError } from './gcs-error.ts';
import { type GcsLocation, gcsObjectName, parseGcsUri } from './gcs-location.ts';
import { uploadToGcs } from './gcs-upload.ts';

const PAGE_OBJECTS = 1000;

/** A store in a bucket of Google Cloud Storage under a prefix. */
export class GcsObjectStore implements ObjectStore {
  readonly uri: string;
  readonly #location: GcsLocation;
  readonly #settings: GcsSettings;
  #bucket: Promise<Bucket> | undefined;
  #hasBucket: Promise<void> | undefined;

  constructor(uri: string, settings: GcsSettings) {
    this.#location = parseGcsUri(uri);
    this.#settings = settings;
    this.uri = this.#location.uri;
  }

  async open(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    if ((await this.stat(key)) === undefined) return undefined;
    return this.#bytes(key, await this.#file(key));
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const file = await this.#file(key);
    try {
      const [metadata] = await file.getMetadata();
      return { key, sizeBytes: Number(metadata.size ?? 0) };
    } catch (error) {
      if (gcsStatus(error) !== 404) throw translateGcsError(`${this.uri}/${key}`, error);
      await this.#requireBucket();
      return undefined;
    }
  }

  async put(key: string, content: ObjectContent, mode: PutMode): Promise<PutResult> {
    const isNew = mode === 'if-absent';
    if (isNew && (await this.stat(key)) !== undefined) return 'exists';
    try {
      await uploadToGcs(await this.#file(key), content, isNew);
    } catch (error) {
      // Another write of this key won in between.
      if (isNew && gcsStatus(error) === 412) return 'exists';
      throw translateGcsError(`${this.uri}/${key}`, error);
    }
    return isNew ? 'created' : 'replaced';
  }

  async *list(prefix: string): AsyncIterable<ObjectEntry> {
    const skipped = gcsObjectName(this.#location, '').length;
    let page: GetFilesOptions | null = {
      prefix: gcsObjectName(this.#location, prefix),
      maxResults: PAGE_OBJECTS,
      autoPaginate: false,
    };
    while (page !== null) {
      const [files, next] = await this.#page(page, prefix);
      for (const { name, metadata } of files) yield { key: name.slice(skipped), sizeBytes: Number(metadata.size ?? 0) };
      page = next;
    }
  }

  async #page(query: GetFilesOptions, prefix: string): Promise<readonly [readonly File[], GetFilesOptions | null]> {
    const bucket = await this.#connect();
    try {
      const [files, next] = await bucket.getFiles(query);
      return [files, (next as GetFilesOptions | null | undefined) ?? null];
    } catch (error) {
      throw translateGcsError(`${this.uri}/${prefix}`, error);
    }
  }

  /** A missing bucket answers 404 as a missing object does, and only the latter means "not there". */
  #requireBucket(): Promise<void> {
    this.#hasBucket ??= this.#page({ maxResults: 1, autoPaginate: false }, '').then(() => undefined);
    return this.#hasBucket;
  }

  async #file(key: string): Promise<File> {
    assertObjectKey(key);
    return (await this.#connect()).file(gcsObjectName(this.#location, key));
  }

  #connect(): Promise<Bucket> {
    this.#bucket ??= connectGcs(this.uri, this.#settings).then(({ storage }) => storage.bucket(this.#location.bucket));
    return this.#bucket;
  }

  /** Not compared with Google's checksum: the reader compares digests. */
  async *#bytes(key: string, file: File): AsyncIterable<Uint8Array> {
    try {
      yield* file.createReadStream({ validation: false, decompress: false });
    } catch (error) {
      throw translateGcsError(`${this.uri}/${key}`, error);
    }
  }
}
