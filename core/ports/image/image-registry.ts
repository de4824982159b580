import type { Descriptor } from '../../domain/image/image-documents.ts';

/** One repository of a registry, written to. All methods throw ServiceError REGISTRY_REFUSED and REGISTRY_UNREACHABLE. */
export interface ImageRegistry {
  /** Uploads a blob of a layout on disk unless the registry has it; the registry checks the digest. */
  pushBlob(descriptor: Descriptor, file: string): Promise<'pushed' | 'exists'>;
  /** Names a manifest by a tag. All its blobs are there. */
  pushManifest(tag: string, descriptor: Descriptor, text: string): Promise<void>;
}
