import { describe, expect, it } from 'vitest';
import { editManifest, readTarget } from '../../../../core/domain/manifest/edit-manifest.ts';
import { isNamed, namesArtifact } from '../../../../core/domain/manifest/match-version.ts';
import type { DeployedVersion } from '../../../../core/domain/manifest/version-value.ts';
import { formatOciArtifact } from '../../../../core/domain/registry/oci-artifact-uri.ts';

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const STORE = 'oci://ghcr.io/acme/churn/models';
const artifactUri = formatOciArtifact({ store: STORE, digest: digestOf('a'), manifestDigest: digestOf('b') });
const reference = artifactUri.slice('oci://'.length);
const image = { repository: 'ghcr.io/acme/churn-server', tag: '1.0.0', digest: digestOf('c') };
const version: DeployedVersion = { version: '1.0.0', artifactUri };
const withImage: DeployedVersion = { ...version, image };

const target = { file: 'm.yaml', kind: 'InferenceService', name: 'm' } as const;
const service = (uri: string) => `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: m }
spec: { predictor: { model: { modelFormat: { name: onnx }, storageUri: "${uri}" } } }
`;
const uriIn = (text: string) => /storageUri: "([^"]+)"/.exec(text)?.[1];
const read = (uri: string) => readTarget(service(uri), target);
const promoted = (old: string, to: DeployedVersion) => uriIn(editManifest(service(old), target, to).text);

describe('a version whose artifact is in a registry', () => {
  it.each(['oci://', 'oci+native://', 'oci+fetch://'])(
    'is what a target behind %s names, in the whole of it',
    (scheme) => {
      const running = read(`${scheme}${reference}`);
      expect(isNamed(running, version)).toBe(true);
      expect(namesArtifact(running, artifactUri)).toBe(true);
      // The same manifest under a tag that claims other bytes is another claim.
      const lying = formatOciArtifact({ store: STORE, digest: digestOf('d'), manifestDigest: digestOf('b') });
      expect(isNamed(running, { ...version, artifactUri: lying })).toBe(false);
      expect(isNamed(read(`${scheme}ghcr.io/acme/churn/models@${digestOf('b')}`), version)).toBe(false);
    },
  );

  it('is not what a placeholder names, nor a version without an artifact', () => {
    expect(isNamed(read('oci+native://ghcr.io/acme/churn/models:none'), version)).toBe(false);
    expect(namesArtifact(read('oci+native://ghcr.io/acme/churn/models:none'), '')).toBe(false);
  });

  it.each<[string, string, DeployedVersion, string]>([
    [
      'the artifact for a placeholder in its repository',
      'oci+native://ghcr.io/acme/churn/models:none',
      version,
      `oci+native://${reference}`,
    ],
    [
      'the artifact, though the version has an image',
      'oci+native://ghcr.io/acme/churn/models:none',
      withImage,
      `oci+native://${reference}`,
    ],
    [
      'the image where the target names its repository',
      'oci://ghcr.io/acme/churn-server:none',
      withImage,
      `oci://ghcr.io/acme/churn-server:1.0.0@${image.digest}`,
    ],
    [
      'the artifact for a value of another repository',
      'oci://ghcr.io/acme/other:none',
      withImage,
      `oci://${reference}`,
    ],
    ['the URI for a value of another kind of store', 's3://models/old', version, artifactUri],
  ])('is written as %s', (_, old, to, expected) => {
    expect(promoted(old, to)).toBe(expected);
  });
});
