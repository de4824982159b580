import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, readFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OciLayoutFolder } from '../../../core/adapters/oci/oci-layout-folder.ts';
import { type Descriptor, OCI } from '../../../core/domain/image/image-documents.ts';
import type { ImageLayout, LayerFile } from '../../../core/ports/image/image-layout.ts';
import { InMemoryImageLayout } from '../../../testkit/fakes/in-memory-image-layout.ts';
import { useFolders } from './folder-under-test.ts';

const SOURCES = { 'model.onnx': 'model', 'sub/é.txt': 'é', 'empty.txt': '' };

interface World {
  readonly layout: ImageLayout;
  /** Absolute path of one of SOURCES. */
  readonly source: (name: keyof typeof SOURCES) => string;
  /** The index, once the layout is whole. */
  readonly index: () => Promise<string | undefined>;
}

const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function* chunksOf(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text);
}

/** What every `ImageLayout` keeps. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    const bytesOf = async (layout: ImageLayout, { digest }: Descriptor) =>
      Buffer.from(await (await layout.open(digest)).arrayBuffer());
    const filesOf = ({ source }: World): readonly LayerFile[] => [
      { path: 'models/model.onnx', source: source('model.onnx') },
      { path: 'models/sub/é.txt', source: source('sub/é.txt') },
      { path: 'models/empty.txt', source: source('empty.txt') },
    ];

    it('describes a layer by its bytes, which it gives back', async () => {
      const world = await create();
      const layer = await world.layout.addLayer(filesOf(world));
      const bytes = await bytesOf(world.layout, layer);
      const digest = digestOf(bytes);
      expect(layer).toEqual({ mediaType: OCI.layer, digest, diffId: digest, size: bytes.length });
    });

    it('makes the same layer of the same files in any order, and another one of others', async () => {
      const [world, other] = [await create(), await create()];
      const layer = await world.layout.addLayer(filesOf(world));
      expect(await world.layout.addLayer(filesOf(world))).toEqual(layer);
      expect(await other.layout.addLayer(filesOf(other).toReversed())).toEqual(layer);
      const [first, ...rest] = filesOf(world);
      if (first === undefined) throw new Error('no file');
      const changed = [
        rest,
        [{ ...first, path: 'models/other.onnx' }, ...rest],
        [{ ...first, source: world.source('empty.txt') }, ...rest],
      ];
      const digests = await Promise.all(changed.map(async (files) => (await world.layout.addLayer(files)).digest));
      expect(new Set([layer.digest, ...digests]).size).toBe(4);
    });

    it('keeps a document, twice as once', async () => {
      const { layout } = await create();
      const config = await layout.addDocument(OCI.config, '{"é":1}');
      expect(config).toEqual({ mediaType: OCI.config, digest: digestOf('{"é":1}'), size: 8 });
      expect(await layout.addDocument(OCI.config, '{"é":1}')).toEqual(config);
      expect((await bytesOf(layout, config)).toString()).toBe('{"é":1}');
    });

    it('keeps a blob that has its digest, and nothing of one that has not', async () => {
      const { layout } = await create();
      const blob = { mediaType: OCI.layer, digest: digestOf('base'), size: 4 };
      await expect(layout.addBlob(blob, chunksOf('ev', 'il'))).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
      await expect(bytesOf(layout, blob)).rejects.toThrow();
      await expect(bytesOf(layout, { ...blob, digest: digestOf('evil') })).rejects.toThrow();
      await layout.addBlob(blob, chunksOf('ba', 'se'));
      await layout.addBlob(blob, chunksOf('base'));
      expect((await bytesOf(layout, blob)).toString()).toBe('base');
    });

    it('keeps nothing of a blob whose source fails, and hands the error on', async () => {
      const { layout } = await create();
      const blob = { mediaType: OCI.layer, digest: digestOf('ba'), size: 2 };
      const broken = async function* () {
        yield Buffer.from('ba');
        throw new RangeError('cut');
      };
      await expect(layout.addBlob(blob, broken())).rejects.toThrow(RangeError);
      await expect(bytesOf(layout, blob)).rejects.toThrow();
    });

    it('fails for a file that is not there', async () => {
      const { layout, source } = await create();
      const absent = { path: 'models/a', source: `${source('model.onnx')}.absent` };
      await expect(layout.addLayer([absent])).rejects.toThrow();
    });

    it('is whole once its index was written, and not before', async () => {
      const { layout, index } = await create();
      await layout.addDocument(OCI.manifest, '{}');
      expect(await index()).toBeUndefined();
      await layout.finish('{"schemaVersion":2}');
      expect(await index()).toBe('{"schemaVersion":2}');
    });
  });
}

const folderOf = useFolders();

async function inFolder() {
  const [folder, sources] = [path.join(await folderOf(), 'image'), await folderOf(SOURCES)];
  return { folder, source: (name: string) => path.join(sources, name), layout: new OciLayoutFolder(folder) };
}

contract('OciLayoutFolder', async () => {
  const { folder, ...world } = await inFolder();
  const file = path.join(folder, 'index.json');
  return { ...world, index: async () => (existsSync(file) ? readFile(file, 'utf8') : undefined) };
});

describe('OciLayoutFolder', () => {
  it('makes the same layer of files with other times and modes', async () => {
    const { layout, source } = await inFolder();
    const files = [{ path: 'models/model.onnx', source: source('model.onnx') }];
    const { digest } = await layout.addLayer(files);
    // The header of the file, after that of its folder: octal digits of its mode and of its time in seconds.
    const header = Buffer.from(await (await layout.open(digest)).arrayBuffer()).subarray(512);
    expect(header.toString('latin1', 100, 106)).toBe('000644');
    expect(header.toString('latin1', 136, 147)).toBe('0'.repeat(11));
    await utimes(source('model.onnx'), 1, 1);
    await chmod(source('model.onnx'), 0o700);
    expect((await layout.addLayer(files)).digest).toBe(digest);
  });
});

contract('InMemoryImageLayout', async () => {
  const sources = Object.fromEntries(Object.entries(SOURCES).map(([name, text]) => [`/work/${name}`, text]));
  const layout = new InMemoryImageLayout(sources);
  return { layout, source: (name) => `/work/${name}`, index: async () => layout.index };
});
