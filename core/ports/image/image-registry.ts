import type { Descriptor } from '../../domain/image/image-documents.ts';

/** One repository of a registry, written to. All methods throw ServiceError REGISTRY_REFUSED and REGISTRY_UNREACHABLE. */
export interface ImageRegistry {
  /**
   * Uploads a blob unless the registry has it; the registry checks the digest.
   *
   * @param open Called for each try, and not where the registry has the blob.
   */
  pushBlob(descriptor: Descriptor, open: () => Promise<Blob>): Promise<'pushed' | 'exists'>;
  /** Names a manifest by a tag. All its blobs are there. */
  pushManifest(tag: string, descriptor: Descriptor, text: string): Promise<void>;
}
