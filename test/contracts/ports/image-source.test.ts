import { describe, expect, it } from 'vitest';
import { RegistryRepository } from '../../../core/adapters/oci/registry-repository.ts';
import type { ImageRegistry } from '../../../core/ports/image/image-registry.ts';
import type { ImageSource } from '../../../core/ports/image/image-source.ts';
import { InMemoryImages } from '../../../testkit/fakes/in-memory-images.ts';
import { useFolders } from './folder-under-test.ts';
import { ACCESS, pushAll, sampleImage, withRegistry } from './registry-under-test.ts';

const folderOf = useFolders();

interface World {
  readonly registry: ImageRegistry;
  /** A source of the same repository at a digest. */
  readonly at: (digest: string) => ImageSource;
}

/** What every `ImageSource` keeps. */
function contract(name: string, create: () => World): void {
  describe(name, () => {
    it('reads a manifest, its config and a layer', async () => {
      const { registry, at } = create();
      const folder = await folderOf();
      const image = await sampleImage(folder);
      await pushAll(registry, folder, image, 'tag');
      const source = at(image.manifest.digest);
      expect(await source.root()).toBe(image.manifestText);
      expect(await source.document(image.manifest, 'manifest')).toBe(image.manifestText);
      expect(await source.document(image.config, 'config')).toBe('{"of":"layer"}');
      const bytes = await Array.fromAsync(await source.blob(image.layer));
      expect(Buffer.concat(bytes).toString()).toBe('layer');
    });

    it('tells that there is no such image, and refuses documents and layers that are absent', async () => {
      const { registry, at } = create();
      const folder = await folderOf();
      const [image, absent] = [await sampleImage(folder), await sampleImage(folder, 'absent')];
      await pushAll(registry, folder, image, 'tag');
      const source = at(absent.manifest.digest);
      expect(await source.root()).toBeUndefined();
      const refused = { code: 'REGISTRY_REFUSED' };
      await expect(source.document(absent.manifest, 'manifest')).rejects.toMatchObject(refused);
      await expect(source.document(absent.config, 'config')).rejects.toMatchObject(refused);
      await expect(source.blob(absent.layer)).rejects.toMatchObject(refused);
    });
  });
}

withRegistry((freshName) => {
  contract('RegistryRepository', () => {
    const repository = freshName();
    return {
      registry: new RegistryRepository({ repository }, ACCESS),
      at: (digest) => new RegistryRepository({ repository, digest }, ACCESS),
    };
  });
});

contract('InMemoryImageRepository', () => {
  const images = new InMemoryImages();
  return { registry: images.repository('acme/m'), at: (digest) => images.repository('acme/m', digest) };
});
