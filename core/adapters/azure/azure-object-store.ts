import type { BlockBlobClient } from '@azure/storage-blob';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import type { ObjectContent, ObjectEntry, ObjectStore, PutMode, PutResult } from '../../ports/store/object-store.ts';
import { type AzureConnection, type AzureSettings, connectAzure } from './azure-connection.ts';
import { isAbsentBlob, isTakenBlob, readAzureError, translateAzureError } from './azure-error.ts';
import { type AzureLocation, azureBlobName, parseAzureUri } from './azure-location.ts';
import { uploadToAzure } from './azure-upload.ts';

/** Chosen: the SDK asks for the rest of a blob so often when a connection drops. */
const RESUMES = 5;

/** A store in a container of Azure Blob Storage under a prefix. */
export class AzureObjectStore implements ObjectStore {
  readonly uri: string;
  readonly #location: AzureLocation;
  readonly #settings: AzureSettings;
  #connection: AzureConnection | undefined;

  constructor(uri: string, settings: AzureSettings) {
    this.#location = parseAzureUri(uri);
    this.#settings = settings;
    this.uri = this.#location.uri;
  }

  async open(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    if ((await this.stat(key)) === undefined) return undefined;
    const blob = this.#blob(key);
    try {
      const { readableStreamBody } = await blob.download(0, undefined, { maxRetryRequests: RESUMES });
      // The SDK types the body for browsers too; in Node.js it is a Readable of Buffers.
      return this.#translated(key, (readableStreamBody ?? []) as AsyncIterable<Uint8Array>);
    } catch (error) {
      throw translateAzureError(`${this.uri}/${key}`, error);
    }
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const blob = this.#blob(key);
    try {
      const { contentLength, metadata } = await blob.getProperties();
      return isFolder(metadata) ? undefined : { key, sizeBytes: contentLength ?? 0 };
    } catch (error) {
      if (isAbsentBlob(readAzureError(error))) return undefined;
      throw translateAzureError(`${this.uri}/${key}`, error);
    }
  }

  async put(key: string, content: ObjectContent, mode: PutMode): Promise<PutResult> {
    const isNew = mode === 'if-absent';
    const blob = this.#blob(key);
    if (isNew && (await this.stat(key)) !== undefined) return 'exists';
    try {
      await uploadToAzure(blob, content, isNew);
    } catch (error) {
      if (isNew && (isTakenBlob(error) || (await this.#isOvertaken(key, error)))) return 'exists';
      throw translateAzureError(`${this.uri}/${key}`, error);
    }
    return isNew ? 'created' : 'replaced';
  }

  async *list(prefix: string): AsyncIterable<ObjectEntry> {
    const skipped = azureBlobName(this.#location, '').length;
    const { container } = this.#connect();
    const wanted = { prefix: azureBlobName(this.#location, prefix), includeMetadata: true };
    try {
      for await (const { name, properties, metadata } of container.listBlobsFlat(wanted)) {
        if (!isFolder(metadata)) yield { key: name.slice(skipped), sizeBytes: properties.contentLength ?? 0 };
      }
    } catch (error) {
      throw translateAzureError(`${this.uri}/${prefix}`, error);
    }
  }

  /** The blocks of a writer are dropped when another one commits the blob. */
  async #isOvertaken(key: string, error: unknown): Promise<boolean> {
    return readAzureError(error).code === 'InvalidBlockList' && (await this.stat(key)) !== undefined;
  }

  #blob(key: string): BlockBlobClient {
    assertObjectKey(key);
    return this.#connect().container.getBlockBlobClient(azureBlobName(this.#location, key));
  }

  #connect(): AzureConnection {
    this.#connection ??= connectAzure(this.uri, this.#location.container, this.#settings);
    return this.#connection;
  }

  async *#translated(key: string, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw translateAzureError(`${this.uri}/${key}`, error);
    }
  }
}

/** Accounts with folders of their own (hierarchical namespace) show each as a blob. */
function isFolder(metadata: Readonly<Record<string, string>> | undefined): boolean {
  return metadata?.hdi_isfolder === 'true';
}
