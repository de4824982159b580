import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editManifest, readTarget } from '../../../../core/domain/manifest/edit-manifest.ts';
import { matchVersion } from '../../../../core/domain/manifest/match-version.ts';
import type { DeployedVersion } from '../../../../core/domain/manifest/version-value.ts';
import type { ManifestTarget } from '../../../../core/domain/policy/manifest-target.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';

const FOLDER = join(PROJECT_ROOT, 'test', 'golden', 'manifests');
const repository = 'registry.example:5000/team/flights';
const OLD = `sha256:${'cd'.repeat(32)}`;
const digest = `sha256:${'ab'.repeat(32)}`;
const version: DeployedVersion = {
  version: '1.4.0',
  artifactUri: 's3://models/flights/sha256/cafe',
  image: { repository, tag: '1.10', digest },
};
const MEANING: Readonly<Record<string, string>> = {
  $REF: `${repository}:1.10@${digest}`,
  $URI: version.artifactUri,
  $DIGEST: digest,
  $OLD: OLD,
};

/** Each file, what in it is the target, and the whole of what the edit may change: old text and new. */
const cases: Readonly<Record<string, { target: Omit<ManifestTarget, 'file'>; edits: readonly [string, string][] }>> =
  JSON.parse(readFileSync(join(FOLDER, 'cases.json'), 'utf8'));

/** The ways in which the same file is on disks. */
const FORMS: readonly { readonly form: string; readonly of: (text: string) => string }[] = [
  { form: 'as it is', of: (text) => text },
  { form: 'with CRLF', of: (text) => text.replaceAll('\n', '\r\n') },
  { form: 'with a byte order mark and without a final newline', of: (text) => `\uFEFF${text.trimEnd()}` },
];

const corpus = Object.entries(cases).flatMap(([file, { target, edits }]) => {
  const before = readFileSync(join(FOLDER, file), 'utf8');
  const after = edits.reduce((text, [old, now]) => text.replace(meant(old), () => meant(now)), before);
  return FORMS.map(({ form, of }) => ({
    file,
    form,
    target: { file, ...target },
    before: of(before),
    after: of(after),
  }));
});

function meant(text: string): string {
  return text.replace(/\$(REF|URI|DIGEST|OLD)/g, (name) => MEANING[name] ?? name);
}

describe('editManifest, over a corpus', () => {
  it('has enough to look at', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(120);
  });

  it.each(corpus)('changes in $file, $form, what is meant and nothing else', ({ target, before, after }) => {
    const edit = editManifest(before, target, version);
    expect(edit.text).toBe(after);
    expect(edit.changed).toBe(true);
  });

  it.each(corpus)('changes nothing in $file, $form, the second time', ({ target, after }) => {
    expect(editManifest(after, target, version)).toMatchObject({ text: after, changed: false });
  });

  it.each(corpus)('recognises in $file, $form, what it wrote', ({ target, before, after }) => {
    expect(matchVersion(readTarget(after, target), [version])).toBe(version);
    expect(matchVersion(readTarget(before, target), [version])).toBeUndefined();
  });
});
