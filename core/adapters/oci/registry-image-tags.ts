import type { ImageTags } from '../../ports/image/image-tags.ts';
import { RegistryRepository } from './registry-repository.ts';

/** Tags of images in any registry. */
export class RegistryImageTags implements ImageTags {
  readonly #dockerConfig: unknown;

  /** @param dockerConfig The value of Docker's config.json, for the login. */
  constructor(dockerConfig: unknown) {
    this.#dockerConfig = dockerConfig;
  }

  async has(image: { readonly repository: string; readonly digest: string }): Promise<boolean> {
    return (await new RegistryRepository(image, this.#dockerConfig).root()) !== undefined;
  }

  async add(
    { repository, digest }: { readonly repository: string; readonly digest: string },
    tag: string,
  ): Promise<'added' | 'exists'> {
    return new RegistryRepository({ repository, digest }, this.#dockerConfig).addTag(tag);
  }
}
