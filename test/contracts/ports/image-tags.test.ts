import { describe, expect, it } from 'vitest';
import { RegistryImageTags } from '../../../core/adapters/oci/registry-image-tags.ts';
import { RegistryRepository } from '../../../core/adapters/oci/registry-repository.ts';
import type { ImageRegistry } from '../../../core/ports/image/image-registry.ts';
import type { ImageTags } from '../../../core/ports/image/image-tags.ts';
import { InMemoryImages } from '../../../testkit/fakes/in-memory-images.ts';
import { useFolders } from './folder-under-test.ts';
import { ACCESS, pushAll, sampleImage, withRegistry } from './registry-under-test.ts';

const folderOf = useFolders();

interface World {
  readonly tags: ImageTags;
  readonly repository: string;
  readonly registry: ImageRegistry;
}

/** What every `ImageTags` keeps. */
function contract(name: string, create: () => World): void {
  describe(name, () => {
    it('knows which images there are', async () => {
      const { tags, repository, registry } = create();
      const folder = await folderOf();
      const [image, absent] = [await sampleImage(folder), await sampleImage(folder, 'absent')];
      await pushAll(registry, folder, image, 'tag');
      expect(await tags.has({ repository, digest: image.manifest.digest })).toBe(true);
      expect(await tags.has({ repository, digest: absent.manifest.digest })).toBe(false);
    });

    it('adds a tag once, and never moves one', async () => {
      const { tags, repository, registry } = create();
      const folder = await folderOf();
      const [one, other] = [await sampleImage(folder, 'one'), await sampleImage(folder, 'other')];
      await pushAll(registry, folder, one, 'a');
      await pushAll(registry, folder, other, 'b');
      const image = { repository, digest: one.manifest.digest };
      expect(await tags.add(image, '1.0.0')).toBe('added');
      expect(await tags.add(image, '1.0.0')).toBe('exists');
      expect(await tags.add(image, '1.0.1')).toBe('added');
      const moved = tags.add({ repository, digest: other.manifest.digest }, '1.0.0');
      await expect(moved).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
    });

    it('refuses to tag an image that is not there', async () => {
      const { tags, repository } = create();
      const { manifest } = await sampleImage(await folderOf());
      const added = tags.add({ repository, digest: manifest.digest }, '1.0.0');
      await expect(added).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
    });
  });
}

withRegistry((freshName) => {
  contract('RegistryImageTags', () => {
    const repository = freshName();
    const registry = new RegistryRepository({ repository }, ACCESS);
    return { tags: new RegistryImageTags(ACCESS), repository, registry };
  });
});

contract('InMemoryImages', () => {
  const tags = new InMemoryImages();
  return { tags, repository: 'acme/m', registry: tags.repository('acme/m') };
});
