import { assertObjectKey } from '../../domain/model/object-key.ts';
import type { ByteSink } from '../../ports/data/byte-sink.ts';
import type { DataRemote } from '../../ports/data/data-remote.ts';
import type { ObjectContent, ObjectEntry } from '../../ports/store/object-store.ts';
import type { ObjectHttp } from '../http/object-http.ts';
import { ignoringBody } from '../http/object-text.ts';
import { openObjectHttp } from '../http/open-object-http.ts';
import { readObject } from '../http/read-object.ts';
import { SizedPuts } from '../http/sized-puts.ts';
import type { AzureSettings } from './azure-connection.ts';
import { AzureEndpoint } from './azure-endpoint.ts';
import { translateAzureError } from './azure-error.ts';
import { type AzureLocation, azureBlobName, parseAzureUri } from './azure-location.ts';
import { uploadToAzure } from './azure-upload.ts';

/** Options of a remote. */
export interface AzureRemoteOptions extends AzureSettings {
  /** Requests in flight, at most. */
  readonly jobs: number;
}

/** A DVC remote in a container of Azure Blob Storage. */
export class AzureDataRemote implements DataRemote {
  readonly uri: string;
  readonly jobs: number;
  readonly #location: AzureLocation;
  readonly #endpoint: AzureEndpoint;
  readonly #http: ObjectHttp;
  readonly #puts = new SizedPuts();

  constructor(uri: string, options: AzureRemoteOptions) {
    this.#location = parseAzureUri(uri);
    this.uri = this.#location.uri;
    this.jobs = options.jobs;
    this.#endpoint = new AzureEndpoint(this.#location, options);
    this.#http = openObjectHttp(this.#endpoint, options);
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

  async *listPages(prefix: string): AsyncIterable<readonly string[]> {
    const skipped = azureBlobName(this.#location, '').length;
    const { container } = this.#endpoint.connect();
    const pages = container.listBlobsFlat({ prefix: azureBlobName(this.#location, prefix) }).byPage();
    try {
      for await (const { segment } of pages) yield segment.blobItems.map(({ name }) => name.slice(skipped));
    } catch (error) {
      throw translateAzureError(`${this.uri}/${prefix}`, error);
    }
  }

  async #putWhole(key: string, body: Uint8Array): Promise<void> {
    await this.#http.send(...ignoringBody({ method: 'PUT', key, body }));
  }

  async #putLarge(key: string, content: ObjectContent): Promise<void> {
    const { container } = this.#endpoint.connect();
    try {
      await uploadToAzure(container.getBlockBlobClient(azureBlobName(this.#location, key)), content, false);
    } catch (error) {
      throw translateAzureError(`${this.uri}/${key}`, error);
    }
  }
}
