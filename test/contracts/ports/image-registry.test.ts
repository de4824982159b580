import { describe, expect, it } from 'vitest';
import { RegistryRepository } from '../../../core/adapters/oci/registry-repository.ts';
import type { ImageRegistry } from '../../../core/ports/image/image-registry.ts';
import { InMemoryImages } from '../../../testkit/fakes/in-memory-images.ts';
import { useFolders } from './folder-under-test.ts';
import { ACCESS, openIn, pushAll, sampleImage, withRegistry } from './registry-under-test.ts';

const folderOf = useFolders();

interface World {
  readonly registry: ImageRegistry;
  /** The text of the manifest that a tag names. */
  readonly manifestOf: (tag: string) => Promise<string | undefined>;
}

/** What every `ImageRegistry` keeps. */
function contract(name: string, create: () => World): void {
  describe(name, () => {
    it('uploads a blob once', async () => {
      const { registry } = create();
      const folder = await folderOf();
      const { layer } = await sampleImage(folder);
      expect(await registry.pushBlob(layer, openIn(folder, layer))).toBe('pushed');
      expect(await registry.pushBlob(layer, openIn(folder, layer))).toBe('exists');
    });

    it('refuses a blob with other bytes than its digest says', async () => {
      const { registry } = create();
      const folder = await folderOf();
      const { layer, config } = await sampleImage(folder);
      const pushed = registry.pushBlob(layer, openIn(folder, config));
      await expect(pushed).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
    });

    it('names a manifest by a tag, and moves the tag', async () => {
      const { registry, manifestOf } = create();
      const folder = await folderOf();
      const [one, other] = [await sampleImage(folder, 'one'), await sampleImage(folder, 'other')];
      await pushAll(registry, folder, one, 'tag');
      expect(await manifestOf('tag')).toBe(one.manifestText);
      await pushAll(registry, folder, other, 'tag');
      expect(await manifestOf('tag')).toBe(other.manifestText);
      expect(await manifestOf('absent')).toBeUndefined();
    });
  });
}

withRegistry((freshName) => {
  contract('RegistryRepository', () => {
    const repository = freshName();
    return {
      registry: new RegistryRepository({ repository }, ACCESS),
      manifestOf: (tag) => new RegistryRepository({ repository, tag }, ACCESS).root(),
    };
  });
});

contract('InMemoryImageRepository', () => {
  const images = new InMemoryImages();
  return { registry: images.repository('acme/m'), manifestOf: (tag) => images.repository('acme/m', tag).root() };
});
