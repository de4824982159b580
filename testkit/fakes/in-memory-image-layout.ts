import { createHash } from 'node:crypto';
import { type Descriptor, type ModelLayer, OCI } from '../../core/domain/image/image-documents.ts';
import { compareCodePoints } from '../../core/domain/text/compare-code-points.ts';
import { ServiceError } from '../../core/errors.ts';
import type { ImageLayout, LayerFile } from '../../core/ports/image/image-layout.ts';

/** An image layout in memory. A layer is the list of its files, not an archive. */
export class InMemoryImageLayout implements ImageLayout {
  /** Undefined until the layout is whole. */
  index: string | undefined;
  readonly #sources: ReadonlyMap<string, string>;
  readonly #blobs = new Map<string, Uint8Array>();

  /** @param sources Texts of the files of this machine, by absolute path. */
  constructor(sources: Readonly<Record<string, string>>) {
    this.#sources = new Map(Object.entries(sources));
  }

  async addLayer(files: readonly LayerFile[]): Promise<ModelLayer> {
    const sorted = files.toSorted((a, b) => compareCodePoints(a.path, b.path));
    const entries = sorted.map(({ path, source }) => {
      const text = this.#sources.get(source);
      if (text === undefined) throw new RangeError(`no file ${source}`);
      return [path, text];
    });
    const { digest, size } = this.#keep(Buffer.from(JSON.stringify(entries)));
    return { mediaType: OCI.layer, digest, size, diffId: digest };
  }

  async addDocument(mediaType: string, text: string): Promise<Descriptor> {
    return { mediaType, ...this.#keep(Buffer.from(text)) };
  }

  async addBlob({ digest }: Descriptor, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const bytes = Buffer.concat(await Array.fromAsync(chunks));
    if (digestOf(bytes) === digest) this.#keep(bytes);
    else throw new ServiceError('REGISTRY_REFUSED', `not ${digest}`, { fix: 'Run the job again.', retryable: true });
  }

  async open(digest: string): Promise<Blob> {
    const bytes = this.#blobs.get(digest);
    if (bytes === undefined) throw new RangeError(`no blob ${digest}`);
    return new Blob([new Uint8Array(bytes)]);
  }

  async finish(index: string): Promise<void> {
    this.index = index;
  }

  #keep(bytes: Uint8Array): { readonly digest: string; readonly size: number } {
    const digest = digestOf(bytes);
    this.#blobs.set(digest, bytes);
    return { digest, size: bytes.length };
  }
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
