import { describe, expect, it } from 'vitest';
import { editManifest } from '../../../../core/domain/manifest/edit-manifest.ts';
import { restoreManifest } from '../../../../core/domain/manifest/restore-manifest.ts';
import { UserError } from '../../../../core/errors.ts';

const version = {
  version: '1.4.0',
  artifactUri: 's3://models/flights/sha256/cafe',
  image: { repository: 'registry.example/flights', tag: '1.4.0', digest: `sha256:${'ab'.repeat(32)}` },
};
const service = { file: 'm.yaml', kind: 'InferenceService', name: 'flights' };
const SERVICE = `kind: InferenceService
metadata: { name: flights }
spec:
  predictor: { minReplicas: 1, model: { storageUri: 's3://models/flights/sha256/0ld' } } # served
`;
const image = { file: 'kustomization.yaml', image: 'flights' };
const BARE = 'images:\n  - name: flights\n    newTag: "1.3"\n';

describe('restoreManifest', () => {
  it('gives back the very text from before where nothing else changed', () => {
    const current = editManifest(SERVICE, service, version).text;
    expect(restoreManifest({ current, previous: SERVICE }, [service], version)).toBe(SERVICE);
  });

  it('takes out what was inserted, by the old text', () => {
    const current = editManifest(BARE, image, version).text;
    expect(current).toContain('digest');
    expect(restoreManifest({ current, previous: BARE }, [image], version)).toBe(BARE);
  });

  it('puts the old value into a file that changed since, and leaves that change alone', () => {
    const current = editManifest(SERVICE, service, version).text.replace('minReplicas: 1', 'minReplicas: 3');
    expect(restoreManifest({ current, previous: SERVICE }, [service], version)).toBe(
      SERVICE.replace('minReplicas: 1', 'minReplicas: 3'),
    );
  });

  it.each(['1.0', '1.10', '1e3', '007', '12345678901234567890', '"1.0"', "'1.0'", '"a\\x2db"', 'v1 # first'])(
    'puts the old value back as it was written, of the type that it had: %s',
    (written) => {
      const target = { file: 'v.yaml', path: 'image' };
      for (const text of [
        `image:\n  repository: registry.example/flights\n  tag: ${written}\n`,
        `image: { repository: registry.example/flights, tag: ${written.replace(/ #.*/, '')} }\n`,
      ]) {
        const current = `# later\n${editManifest(text, target, version).text}`;
        expect(restoreManifest({ current, previous: text }, [target], version)).toBe(`# later\n${text}`);
      }
    },
  );

  it('writes the old value anew where its writing does not fit', () => {
    const target = { file: 'v.yaml', path: 'image.tag' };
    const previous = 'image:\n  repository: registry.example/flights\n  tag: 1.0\n';
    const current = 'image: { repository: registry.example/flights, tag: 1.4.0 }\n';
    expect(restoreManifest({ current, previous }, [target], version)).toBe(current.replace('1.4.0', '"1.0"'));
  });

  it('restores several targets of one file', () => {
    const two = `${SERVICE}---\n${SERVICE.replaceAll('flights', 'other')}`;
    const targets = [service, { ...service, name: 'other' }];
    const current = targets.reduce((text, target) => editManifest(text, target, version).text, two);
    expect(restoreManifest({ current, previous: two }, targets, version)).toBe(two);
  });

  it('refuses to take out a value of a file that changed since', () => {
    const current = `${editManifest(BARE, image, version).text}# a note\n`;
    expect(() => restoreManifest({ current, previous: BARE }, [image], version)).toThrow(UserError);
  });
});
