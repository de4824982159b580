import type { ImageTags } from '../../ports/image/image-tags.ts';
import { type RegistryAccess, RegistryRepository } from './registry-repository.ts';

/** Tags of images in any registry. */
export class RegistryImageTags implements ImageTags {
  readonly #access: RegistryAccess;

  constructor(access: RegistryAccess) {
    this.#access = access;
  }

  async has(image: { readonly repository: string; readonly digest: string }): Promise<boolean> {
    return (await new RegistryRepository(image, this.#access).root()) !== undefined;
  }

  async add(
    { repository, digest }: { readonly repository: string; readonly digest: string },
    tag: string,
  ): Promise<'added' | 'exists'> {
    return new RegistryRepository({ repository, digest }, this.#access).addTag(tag);
  }
}
