import { describe, expect, it } from 'vitest';
import {
  formatModelConfig,
  formatModelManifest,
  MAX_MANIFEST_BYTES,
  MODEL_PACK,
  readModelManifest,
} from '../../../../core/domain/registry/model-pack.ts';
import { UserError } from '../../../../core/errors.ts';

const digestOf = (index: number) => `sha256:${index.toString(16).padStart(64, '0')}`;
const file = (path: string, index: number) => ({ path, digest: digestOf(index), sizeBytes: index });
const config = { mediaType: MODEL_PACK.config, digest: digestOf(99), size: 2 };

describe('formatModelManifest', () => {
  it('has the types of ModelPack, one raw layer per file, sorted by path bytes', () => {
    const files = [file('z.onnx', 1), file('a/config.json', 2), file('README.md', 3), file('run.py', 4)];
    const manifest = JSON.parse(formatModelManifest({ files }, config));
    expect(manifest).toMatchObject({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.cncf.model.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.model.config.v1+json' },
    });
    const layers = manifest.layers.map((layer: { mediaType: string; annotations: Record<string, string> }) => [
      layer.annotations['org.cncf.model.filepath'],
      layer.mediaType,
    ]);
    expect(layers).toEqual([
      ['README.md', 'application/vnd.cncf.model.doc.v1.raw'],
      ['a/config.json', 'application/vnd.cncf.model.weight.config.v1.raw'],
      ['run.py', 'application/vnd.cncf.model.code.v1.raw'],
      ['z.onnx', 'application/vnd.cncf.model.weight.v1.raw'],
    ]);
    // The order in which files are found does not matter.
    expect(formatModelManifest({ files: files.toReversed() }, config)).toBe(formatModelManifest({ files }, config));
    expect(readModelManifest(formatModelManifest({ files }, config))).toHaveLength(4);
  });

  it('refuses more files than a registry accepts, with the way out', () => {
    const files = Array.from({ length: 20_000 }, (_, index) => file(`parts/${index}.bin`, index));
    expect(() => formatModelManifest({ files }, config)).toThrow(UserError);
    const fitting = files.slice(0, 9000);
    expect(formatModelManifest({ files: fitting }, config).length).toBeLessThan(MAX_MANIFEST_BYTES);
  });
});

describe('formatModelConfig', () => {
  it('has the required parts, and the digest of each layer in the order of the manifest', () => {
    expect(JSON.parse(formatModelConfig({ files: [file('b.onnx', 2), file('a.md', 1)] }))).toEqual({
      descriptor: {},
      config: { format: 'onnx' },
      modelfs: { type: 'layers', diffIds: [digestOf(1), digestOf(2)] },
    });
  });
  it('says no format where the weights have several, or one that is not known', () => {
    for (const files of [[file('a.onnx', 1), file('b.pt', 2)], [file('a.joblib', 1)]]) {
      expect(JSON.parse(formatModelConfig({ files })).config).toEqual({});
    }
  });
});

describe('readModelManifest', () => {
  it.each([
    ['no JSON', '{'],
    ['an image', JSON.stringify({ config, layers: [] })],
    [
      'layers without a path',
      JSON.stringify({ artifactType: MODEL_PACK.artifact, layers: [{ digest: digestOf(1), size: 1 }] }),
    ],
    [
      'a digest that is none',
      JSON.stringify({
        artifactType: MODEL_PACK.artifact,
        layers: [{ digest: 'sha256:../x', size: 1, annotations: { 'org.cncf.model.filepath': 'a' } }],
      }),
    ],
  ])('is undefined for %s', (_, text) => {
    expect(readModelManifest(text)).toBeUndefined();
  });
});
