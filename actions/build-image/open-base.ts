import { join, resolve } from 'node:path';
import { isThere } from '../../core/adapters/files/absent.ts';
import { OciLayoutSource } from '../../core/adapters/oci/oci-layout-folder.ts';
import { type RegistryAccess, RegistryRepository } from '../../core/adapters/oci/registry-repository.ts';
import { parseImageReference } from '../../core/domain/image/image-reference.ts';
import type { ImageSource } from '../../core/ports/image/image-source.ts';

/** The base image: the folder of an OCI layout where there is one of that name, else a registry reference. */
export function openBase(
  base: string | undefined,
  folder: string,
  registries: RegistryAccess,
): ImageSource | undefined {
  if (base === undefined) return undefined;
  const layout = resolve(folder, base.replace(/^oci:/, ''));
  if (isThere(join(layout, 'index.json'))) return new OciLayoutSource(layout);
  return new RegistryRepository(parseImageReference(base), registries);
}
