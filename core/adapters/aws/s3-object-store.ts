import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import type { ObjectContent, ObjectEntry, ObjectStore, PutMode, PutResult } from '../../ports/store/object-store.ts';
import { createS3Client, type S3Settings } from './s3-client.ts';
import { readSdkError, translateS3Error } from './s3-error.ts';
import { parseS3Uri, type S3Location } from './s3-location.ts';
import { uploadInParts } from './s3-multipart.ts';

/** Chosen: objects above this go up in parts of this size; 10,000 parts of it are 160 GiB. */
const PART_BYTES = 16 * 1024 * 1024;

/** A store in an S3 bucket (or a server that speaks S3) under a prefix. */
export class S3ObjectStore implements ObjectStore {
  readonly uri: string;
  readonly #location: S3Location;
  readonly #settings: S3Settings;
  #client: Promise<S3Client> | undefined;

  constructor(uri: string, settings: S3Settings) {
    this.#location = parseS3Uri(uri);
    this.#settings = settings;
    const { bucket, prefix } = this.#location;
    this.uri = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
  }

  async open(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const target = this.#target(key);
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      const { Body } = await (await this.#connect()).send(new GetObjectCommand(target));
      // The SDK types the body for browsers too; in Node.js it is a Readable.
      return Body === undefined ? emptyBytes() : this.#translated(key, Body as unknown as AsyncIterable<Uint8Array>);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw translateS3Error(`${this.uri}/${key}`, error);
    }
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const target = this.#target(key);
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      const found = await (await this.#connect()).send(new HeadObjectCommand(target));
      return { key, sizeBytes: found.ContentLength ?? 0 };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw translateS3Error(`${this.uri}/${key}`, error);
    }
  }

  async put(key: string, content: ObjectContent, mode: PutMode): Promise<PutResult> {
    const target = this.#target(key);
    if (mode === 'if-absent' && (await this.stat(key)) !== undefined) return 'exists';
    const condition = mode === 'if-absent' ? { IfNoneMatch: '*' } : {};
    const client = await this.#connect();
    try {
      if (content.sizeBytes > PART_BYTES)
        await uploadInParts(client, { target, condition, partBytes: PART_BYTES }, content);
      else await putWhole(client, { ...target, ...condition }, content);
    } catch (error) {
      // 409: another conditional write of this key is under way, or won in between.
      const { status } = readSdkError(error);
      if (mode === 'if-absent' && (status === 412 || status === 409)) return 'exists';
      if (error instanceof RangeError) throw error;
      throw translateS3Error(`${this.uri}/${key}`, error);
    }
    return mode === 'if-absent' ? 'created' : 'replaced';
  }

  async *list(prefix: string): AsyncIterable<ObjectEntry> {
    const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
    const { bucket: Bucket, prefix: base } = this.#location;
    const root = base === '' ? '' : `${base}/`;
    let token: string | undefined;
    do {
      const next = token === undefined ? {} : { ContinuationToken: token };
      const page = await (await this.#connect())
        .send(new ListObjectsV2Command({ Bucket, Prefix: root + prefix, ...next }))
        .catch((error: unknown) => {
          throw translateS3Error(`${this.uri}/${prefix}`, error);
        });
      for (const entry of page.Contents ?? []) {
        if (entry.Key !== undefined) yield { key: entry.Key.slice(root.length), sizeBytes: entry.Size ?? 0 };
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  #target(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.#location;
    assertObjectKey(key);
    return { Bucket: bucket, Key: prefix === '' ? key : `${prefix}/${key}` };
  }

  #connect(): Promise<S3Client> {
    this.#client ??= createS3Client(this.#settings);
    return this.#client;
  }

  async *#translated(key: string, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw translateS3Error(`${this.uri}/${key}`, error);
    }
  }
}

async function putWhole(client: S3Client, target: PutObjectCommandInput, content: ObjectContent): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.open()) chunks.push(chunk);
  const Body = Buffer.concat(chunks);
  if (Body.length !== content.sizeBytes) {
    throw new RangeError(`content yielded ${Body.length} bytes instead of ${content.sizeBytes}`);
  }
  await client.send(new PutObjectCommand({ ...target, Body }));
}

function isAbsent(error: unknown): boolean {
  const { name, status } = readSdkError(error);
  return name === 'NoSuchKey' || name === 'NotFound' || (status === 404 && name !== 'NoSuchBucket');
}

async function* emptyBytes(): AsyncIterable<Uint8Array> {}
