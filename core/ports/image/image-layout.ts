import type { Descriptor, ModelLayer } from '../../domain/image/image-documents.ts';

/** A file that goes into an image. */
export interface LayerFile {
  /** Path in the image, relative, `/`-separated. */
  readonly path: string;
  /** Absolute path on this machine. */
  readonly source: string;
}

/** An OCI image layout that is being written. What is added twice is there once. */
export interface ImageLayout {
  /** A layer of these files with fixed order, times, owners and modes: the same files make the same bytes. */
  addLayer(files: readonly LayerFile[]): Promise<ModelLayer>;
  /** A document (config, manifest). */
  addDocument(mediaType: string, text: string): Promise<Descriptor>;
  /**
   * A blob of another image, checked against its digest.
   *
   * @throws {ServiceError} REGISTRY_REFUSED when it has other bytes; then nothing of it is kept.
   */
  addBlob(descriptor: Descriptor, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** The bytes of a blob that was added, by its digest: read from where they are when they are asked for. */
  open(digest: string): Promise<Blob>;
  /** Writes the index; from then on the layout is whole. */
  finish(index: string): Promise<void>;
}
