import { describe, expect, it } from 'vitest';
import { editManifest } from '../../../../core/domain/manifest/edit-manifest.ts';
import type { ManifestTarget } from '../../../../core/domain/policy/manifest-target.ts';
import { UserError } from '../../../../core/errors.ts';

const version = {
  version: '1.4.0',
  artifactUri: 's3://models/flights/sha256/cafe',
  image: { repository: 'ghcr.io/acme/flights', tag: '1.4.0', digest: `sha256:${'ab'.repeat(32)}` },
};
const edit = (text: string, target: Omit<ManifestTarget, 'file'>) =>
  editManifest(text, { file: 'm.yaml', ...target }, version).text;
const IMAGE = '{ repository: ghcr.io/acme/flights, tag: 1.3.0 }';

describe('a value whose part is repeated elsewhere', () => {
  it.each([
    ['by an alias of its map', `a: &a\n  image: ${IMAGE}\nb: *a\n`],
    ['by an alias of its image', `a:\n  image: &i ${IMAGE}\nb:\n  image: *i\n`],
    ['by a merge', `a: &a\n  image: ${IMAGE}\nb:\n  <<: *a\n  replicas: 2\n`],
    ['by a merge of several', `a: &a\n  image: ${IMAGE}\nb:\n  <<: [*a]\n`],
    ['by an alias in a list', `a: &a\n  image: ${IMAGE}\nall: [*a]\n`],
  ])('is not edited, %s: two places would change', (_, text) => {
    for (const path of ['a.image', 'a.image.tag']) {
      expect(() => edit(text, { path })).toThrow(/the anchor &[ai], which other places refer to/);
      expect(() => edit(text, { path })).toThrow(UserError);
    }
  });

  it('is edited where nothing refers to the anchor, or only to a part beside it', () => {
    const text = `a: &a\n  image: ${IMAGE}\n  limits: &l { cpu: 1 }\nb: { limits: *l }\n`;
    expect(edit(text, { path: 'a.image' })).toBe(text.replace('1.3.0', '1.4.0'));
  });

  it('is not edited through the alias', () => {
    const text = `a: &a\n  image: ${IMAGE}\nb: *a\n`;
    expect(() => edit(text, { path: 'b.image' })).toThrow(/is reached through the alias \*a/);
  });
});

describe('a file that can be read and not be edited', () => {
  it.each([
    ['an empty value', 'images:\n- name: f\n  newTag:\n  newName: x\n', /images\[0\]\.newTag exists but is empty/],
    ['a key of its own line', 'images:\n- ? name\n  : f\n', /cannot be edited without changing other values/],
  ])('is not called broken: %s', (_, text, says) => {
    expect(() => edit(text, { image: 'f' })).toThrow(says);
    expect(() => edit(text, { image: 'f' })).toThrow(expect.objectContaining({ code: 'MANIFEST_UNSUPPORTED' }));
  });
});
