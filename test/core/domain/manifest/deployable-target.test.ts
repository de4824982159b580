import { describe, expect, it } from 'vitest';
import { deployProblem, type FutureVersions } from '../../../../core/domain/manifest/deployable-target.ts';
import type { ManifestTarget } from '../../../../core/domain/policy/manifest-target.ts';

const service = (uri: string) =>
  `kind: InferenceService\nmetadata: { name: m }\nspec: { predictor: { model: { modelFormat: { name: onnx }, storageUri: ${uri} } } }\n`;
const deployment = (image: string) =>
  `kind: Deployment\nmetadata: { name: m }\nspec: { template: { spec: { containers: [{ name: c, image: ${image}, env: [{ name: MODEL_URI, value: "" }] }] } } }\n`;
const SERVICE: ManifestTarget = { file: 'k8s/m.yaml', kind: 'InferenceService', name: 'm' };
const DEPLOYMENT: ManifestTarget = { file: 'k8s/m.yaml', kind: 'Deployment', name: 'm' };
const STORE: FutureVersions = { store: 's3://models/m', imageRepository: undefined };
const IMAGE: FutureVersions = { ...STORE, imageRepository: 'ghcr.io/acme/m' };
const NO_IMAGE = 'k8s/m.yaml names a container image, and the model has no image';

describe('deployProblem', () => {
  it.each<[string, string, ManifestTarget, FutureVersions]>([
    ['the address of an artifact', service('s3://placeholder'), SERVICE, STORE],
    [
      'an artifact that is a package',
      service('oci://ghcr.io/acme/m:1'),
      SERVICE,
      { ...STORE, store: 'oci://ghcr.io/acme/m' },
    ],
    ['an image of a model that has one', deployment('ghcr.io/acme/m:1.0.0'), DEPLOYMENT, IMAGE],
    [
      'an entry of a kustomization',
      'images: [{ name: ghcr.io/acme/m, newTag: "1" }]\n',
      { file: 'k.yaml', image: 'ghcr.io/acme/m' },
      IMAGE,
    ],
    ['a number', 'version: 1.0.0\n', { file: 'v.yaml', path: 'version' }, STORE],
    [
      'an empty value, where the target says its kind',
      'uri: ""\n',
      { file: 'v.yaml', path: 'uri', value: 'uri' },
      STORE,
    ],
    ['a store that is a folder', service('file:///somewhere'), SERVICE, { ...STORE, store: '/mnt/models' }],
    ['a store of a later day', service('s3://placeholder'), SERVICE, { store: undefined, imageRepository: undefined }],
  ])('finds nothing wrong with %s', (_, text, target, versions) => {
    expect(deployProblem(text, target, versions)?.message).toBeUndefined();
  });

  it.each<[string, string, ManifestTarget, FutureVersions, string]>([
    ['an image of a model that has none', deployment('ghcr.io/acme/m:1.0.0'), DEPLOYMENT, STORE, NO_IMAGE],
    [
      'an image by its tag',
      'image: { repository: a/b, tag: abc }\n',
      { file: 'k8s/m.yaml', path: 'image' },
      STORE,
      NO_IMAGE,
    ],
    ['an image behind a scheme of KServe', service('oci://ghcr.io/acme/m:1'), SERVICE, STORE, NO_IMAGE],
    [
      'an empty value',
      deployment('x'),
      { ...DEPLOYMENT, env: 'MODEL_URI' },
      STORE,
      '"" is not a known form of a model reference',
    ],
    ['a value that is null', service(''), SERVICE, STORE, 'k8s/m.yaml'],
    [
      'a value of no known form',
      'uri: todo\n',
      { file: 'k8s/m.yaml', path: 'uri' },
      STORE,
      '"todo" is not a known form',
    ],
    ['another name', service('s3://a'), { ...SERVICE, name: 'other' }, STORE, 'other'],
    ['two that match', `${service('s3://a')}---\n${service('s3://b')}`, SERVICE, STORE, 'k8s/m.yaml has 2'],
    [
      'a kind without a place',
      'kind: Widget\nmetadata: { name: m }\n',
      { ...SERVICE, kind: 'Widget' },
      STORE,
      'no standard place for a version',
    ],
    ['a broken manifest', 'a: [', SERVICE, STORE, 'k8s/m.yaml'],
  ])('refuses %s', (_, text, target, versions, message) => {
    const found = deployProblem(text, target, versions);
    expect(found?.message).toContain(message);
    expect(found?.message).not.toContain('0.0.0');
    expect(found?.fix).not.toBe('');
  });
});
