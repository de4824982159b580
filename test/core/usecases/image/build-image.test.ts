import { describe, expect, it } from 'vitest';
import { formatImageConfig, formatImageManifest, OCI } from '../../../../core/domain/image/image-documents.ts';
import type { HashedArtifact } from '../../../../core/domain/model/artifact-digest.ts';
import type { ImageSource } from '../../../../core/ports/image/image-source.ts';
import { type BuildRequest, buildImage } from '../../../../core/usecases/image/build-image.ts';
import { InMemoryImageLayout } from '../../../../testkit/fakes/in-memory-image-layout.ts';
import { InMemoryImages } from '../../../../testkit/fakes/in-memory-images.ts';

const REPOSITORY = 'registry.example/acme/flights';
const SOURCES = { '/work/model/a.onnx': 'a', '/work/model/b/c.txt': 'c' };
const hex = 'ab'.repeat(32);
const files = Object.entries(SOURCES).map(([path, text]) => ({
  path: path.slice('/work/model/'.length),
  digest: `sha256:${hex}`,
  sizeBytes: text.length,
}));
const ARTIFACT: HashedArtifact = { kind: 'folder', digest: `sha256:${hex}`, sizeBytes: 2, files };

/** Builds into a new layout, and pushes to the repository of `images` where that is given. */
async function build(given: Partial<BuildRequest> = {}, images?: InMemoryImages, base?: ImageSource) {
  const layout = new InMemoryImageLayout(SOURCES);
  const notes: string[] = [];
  const built = await buildImage(
    {
      model: 'flights',
      artifact: ARTIFACT,
      location: '/work/model',
      repository: REPOSITORY,
      platform: 'linux/amd64',
      tags: [],
      ...given,
    },
    { base, layout, registry: images?.repository(REPOSITORY), note: (line) => notes.push(line) },
  );
  return { built, layout, notes };
}

/** A base image of one layer for linux/arm64, in the repository `base`. */
async function withBase(images: InMemoryImages): Promise<ImageSource> {
  const layout = new InMemoryImageLayout({ '/sh': 'sh' });
  const layer = await layout.addLayer([{ path: 'bin/sh', source: '/sh' }]);
  const parts = { base: undefined, layer, platform: 'linux/arm64', labels: {} };
  const config = await layout.addDocument(OCI.config, formatImageConfig(parts));
  const text = formatImageManifest(parts, config);
  const repository = images.repository('base');
  for (const { digest } of [layer, config])
    await repository.pushBlob({ mediaType: '', digest, size: 0 }, () => layout.open(digest));
  await repository.pushManifest('latest', await layout.addDocument(OCI.manifest, text), text);
  return images.repository('base', 'latest');
}

describe('buildImage', () => {
  it('puts the files of the artifact below /models, under a tag of its digest', async () => {
    const images = new InMemoryImages();
    const { built, layout } = await build({ tags: ['staging'] }, images);
    expect(built.tag).toBe(hex.slice(0, 12));
    expect(built.reference).toBe(`${REPOSITORY}:${built.tag}@${built.digest}`);
    const text = await images.repository(REPOSITORY, built.tag).root();
    expect(await images.repository(REPOSITORY, 'staging').root()).toBe(text);
    const { layers, config } = JSON.parse(text ?? '');
    expect(layers).toHaveLength(1);
    const layer = await (await layout.open(layers[0].digest)).text();
    expect(JSON.parse(layer)).toEqual([
      ['models/a.onnx', 'a'],
      ['models/b/c.txt', 'c'],
    ]);
    const read = await images.repository(REPOSITORY).document(config, 'config');
    expect(JSON.parse(read).config.Labels).toMatchObject({ 'dev.tidegate.artifact.digest': ARTIFACT.digest });
    expect(layout.index).toContain(built.digest);
  });

  it('makes the same image again, and uploads none of it twice', async () => {
    const images = new InMemoryImages();
    const first = await build({}, images);
    const second = await build({}, images);
    expect(second.built).toEqual(first.built);
    const ends = ({ notes }: typeof first) => notes.slice(0, -1).map((line) => line.split(': ').at(-1));
    expect([ends(first), ends(second)]).toEqual([
      ['pushed', 'pushed'],
      ['there already', 'there already'],
    ]);
  });

  it('writes the layout alone where nothing is pushed', async () => {
    const images = new InMemoryImages();
    const { built, layout, notes } = await build();
    expect(layout.index).toContain(built.digest);
    expect(notes).toEqual([]);
    expect(await images.repository(REPOSITORY, built.tag).root()).toBeUndefined();
  });

  it('puts its layer on those of a base', async () => {
    const images = new InMemoryImages();
    const base = await withBase(images);
    const { built } = await build({ platform: 'linux/arm64' }, images, base);
    const { layers } = JSON.parse((await images.repository(REPOSITORY, built.tag).root()) ?? '');
    const below = JSON.parse((await base.root()) ?? '').layers;
    expect(layers).toHaveLength(2);
    expect(layers[0].digest).toBe(below[0].digest);
    const bytes = await Array.fromAsync(await images.repository(REPOSITORY).blob(layers[0]));
    expect(Buffer.concat(bytes).toString()).toContain('bin/sh');
  });

  it.each([
    ['that does not exist', (images: InMemoryImages) => images.repository('base', 'absent'), 'linux/arm64'],
    ['for another platform', withBase, 'linux/amd64'],
  ])('refuses a base %s, and pushes nothing', async (_, baseIn, platform) => {
    const images = new InMemoryImages();
    const failing = build({ platform }, images, await baseIn(images));
    await expect(failing).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
    expect(await images.repository(REPOSITORY, hex.slice(0, 12)).root()).toBeUndefined();
  });

  it('refuses an artifact without a file', async () => {
    await expect(build({ artifact: { ...ARTIFACT, files: [] } })).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
  });
});
