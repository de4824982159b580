import type { Descriptor } from '../../domain/image/image-documents.ts';

/** Reads an image by digest. */
export interface ImageSource {
  /** Name in messages. */
  readonly name: string;
  /** The index or manifest that the source's reference names: its text. Undefined where there is none. */
  root(): Promise<string | undefined>;
  /**
   * A manifest or config, checked against its digest.
   *
   * @throws {ServiceError} REGISTRY_REFUSED when it is absent or has other bytes.
   */
  document(descriptor: Descriptor, kind: 'manifest' | 'config'): Promise<string>;
  /** A layer's bytes; the reader checks them. */
  blob(descriptor: Descriptor): Promise<AsyncIterable<Uint8Array>>;
}
