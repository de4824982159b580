import { describe, expect, it } from 'vitest';
import { isSameRepository, splitRepository } from '../../../../core/domain/image/docker-hub.ts';
import { editManifest, readTarget } from '../../../../core/domain/manifest/edit-manifest.ts';
import { matchVersion } from '../../../../core/domain/manifest/match-version.ts';
import { restoreManifest } from '../../../../core/domain/manifest/restore-manifest.ts';
import type { DeployedVersion } from '../../../../core/domain/manifest/version-value.ts';
import { UserError } from '../../../../core/errors.ts';

const HEX = 'ab'.repeat(32);
const OLD = 'cd'.repeat(32);
const DIGEST = `sha256:${HEX}`;
const of = (repository: string): DeployedVersion => ({
  version: '1.4.0',
  artifactUri: 's3://models/flights/sha256/cafe',
  image: { repository, tag: '1.4.0', digest: DIGEST },
});
const version = of('registry.example/ml/flight');
const values = (lines: readonly string[]) => ['image:', ...lines.map((line) => `  ${line}`), ''].join('\n');
const edit = (text: string, path = 'image', to = version) => editManifest(text, { file: 'values.yaml', path }, to).text;
const IMAGE = 'repository: registry.example/ml/flight';

describe('a tag and what decides over it', () => {
  it.each([
    ['digest', `sha256:${OLD}`, DIGEST],
    ['sha', OLD, HEX],
    ['sha256', OLD, HEX],
    ['sha', `sha256:${OLD}`, DIGEST],
    ['digest', OLD, HEX],
    ['sha', '""', `"${HEX}"`],
    ['digest', '""', `"${DIGEST}"`],
  ])('change together: %s %s', (key, old, now) => {
    for (const path of ['image', 'image.tag', `image.${key}`]) {
      const text = values([IMAGE, 'tag: "1.3.0"', `${key}: ${old}`]);
      const wanted = values([IMAGE, 'tag: "1.4.0"', `${key}: ${now}`]);
      expect(edit(text, path), path).toBe(wanted);
      expect(edit(wanted, path), 'a second time').toBe(wanted);
      expect(matchVersion(readTarget(wanted, { file: 'v', path }), [version]), path).toBe(version);
      const both = { current: `# later\n${wanted}`, previous: text };
      expect(restoreManifest(both, [{ file: 'v', path }], version), path).toBe(`# later\n${text}`);
    }
  });

  it.each([
    ['digest', `"@sha256:${OLD}"`, `"@${DIGEST}"`],
    ['sha', `'@sha256:${OLD}'`, `'@${DIGEST}'`],
  ])('keep the @ of %s: %s', (key, old, now) => {
    const edited = edit(values([IMAGE, 'tag: "1.3.0"', `${key}: ${old}`]));
    expect(edited).toBe(values([IMAGE, 'tag: "1.4.0"', `${key}: ${now}`]));
    expect(matchVersion(readTarget(edited, { file: 'v', path: 'image' }), [version])).toBe(version);
  });

  it.each([
    [`sha256:${OLD}`, DIGEST],
    [`"@sha256:${OLD}"`, `"@${DIGEST}"`],
  ])('stays a digest where the tag is one: %s', (old, now) => {
    const edited = edit(values([IMAGE, `tag: ${old}`]));
    expect(edited).toBe(values([IMAGE, `tag: ${now}`]));
    expect(readTarget(edited, { file: 'v', path: 'image' })).toMatchObject({ digest: DIGEST });
    expect(matchVersion(readTarget(edited, { file: 'v', path: 'image' }), [version])).toBe(version);
  });

  it('is the one that the registry has, also where the old one had a v', () => {
    for (const path of ['image', 'image.tag']) {
      expect(edit(values([IMAGE, 'tag: v1.3.0']), path), path).toBe(values([IMAGE, 'tag: 1.4.0']));
    }
    expect(edit('imageTag: 0123456789ab\n', 'imageTag')).toBe('imageTag: 1.4.0\n');
    expect(edit(values([IMAGE, 'version: v1.3.0']), 'image.version')).toBe(values([IMAGE, 'version: 1.4.0']));
    const pod = (tag: string) =>
      `kind: Pod\nmetadata: { name: f }\nspec:\n  containers:\n  - { name: a, env: [{ name: IMAGE_TAG, value: ${tag} }] }\n`;
    const target = { file: 'p.yaml', kind: 'Pod', name: 'f', env: 'IMAGE_TAG' };
    expect(editManifest(pod('v1.3.0'), target, version).text).toBe(pod('1.4.0'));
    expect(edit('modelVersion: v1.3.0\n', 'modelVersion')).toBe('modelVersion: v1.4.0\n');
  });

  it('changes with the digest inside of it', () => {
    const text = values([IMAGE, `tag: 1.3.0@sha256:${OLD}`]);
    const edited = edit(text);
    expect(edited).toBe(values([IMAGE, `tag: 1.4.0@${DIGEST}`]));
    expect(readTarget(edited, { file: 'v', path: 'image' })).toMatchObject({ tag: '1.4.0', digest: DIGEST });
  });

  it('are one image also where no repository stands with them', () => {
    const text = values(['tag: "1.3.0"', `digest: sha256:${OLD}`]);
    expect(edit(text, 'image.tag')).toBe(values(['tag: "1.4.0"', `digest: ${DIGEST}`]));
    expect(matchVersion(readTarget(edit(text, 'image.tag'), { file: 'v', path: 'image.tag' }), [version])).toBe(
      version,
    );
  });

  it('is refused next to the repository of another image', () => {
    const text = values(['repository: registry.example/ml/other', 'tag: "1.3.0"']);
    expect(() => edit(text, 'image.tag')).toThrow(/an image of registry.example\/ml\/other/);
    expect(edit(text)).toBe(values([IMAGE, 'tag: "1.4.0"']));
  });
});

describe('Helm parameters of an Application', () => {
  const application = (...parameters: readonly (readonly [string, string])[]) =>
    [
      'kind: Application',
      'metadata: { name: f }',
      'spec:',
      '  source:',
      '    helm:',
      '      parameters:',
      ...parameters.map(([name, value]) => `        - { name: ${name}, value: "${value}" }`),
      '',
    ].join('\n');
  const target = (parameter: string) => ({ file: 'a.yaml', kind: 'Application', name: 'f', parameter });

  it.each(['image.tag', 'image.digest', 'image.repository'])('change together: %s', (parameter) => {
    const other = ['other.digest', `sha256:${OLD}`] as const;
    const before = application(
      ['image.repository', 'registry.example/ml/old'],
      ['image.tag', '1.3.0'],
      ['image.digest', `sha256:${OLD}`],
      other,
    );
    const after = application(
      ['image.repository', 'registry.example/ml/flight'],
      ['image.tag', '1.4.0'],
      ['image.digest', DIGEST],
      other,
    );
    expect(editManifest(before, target(parameter), version).text).toBe(after);
    expect(editManifest(after, target(parameter), version).changed).toBe(false);
    expect(matchVersion(readTarget(after, target(parameter)), [version])).toBe(version);
    const both = { current: `# later\n${after}`, previous: before };
    expect(restoreManifest(both, [target(parameter)], version)).toBe(`# later\n${before}`);
  });

  it('are refused where one of them is there twice, or has no value', () => {
    const twice = application(['image.tag', '1'], ['image.digest', `sha256:${OLD}`], ['image.digest', 'x']);
    expect(() => editManifest(twice, target('image.tag'), version)).toThrow(/two Helm parameters image\.digest/);
    const empty = twice.replace(', value: "x"', '').replace('name: image.digest }', 'name: image.sha }');
    expect(() => editManifest(empty, target('image.tag'), version)).toThrow(/image\.sha in a\.yaml has no value/);
  });

  it('are a tag alone where none stands beside it, and named where none is asked for', () => {
    const text = application(['imageTag', 'v1.3.0'], ['replicas', '2']);
    expect(editManifest(text, target('imageTag'), version).text).toBe(text.replace('v1.3.0', '1.4.0'));
    const nothing = { file: 'a.yaml', kind: 'Application', name: 'f' };
    expect(() => editManifest(text, nothing, version)).toThrow(/Helm parameters: imageTag, replicas/);
  });
});

describe('a registry and a repository', () => {
  it.each([
    ['acme/flight', 'docker.io', 'acme/flight'],
    ['flight', 'docker.io', 'flight'],
    ['localhost/flight', 'localhost', 'flight'],
    ['localhost:5000/a/b', 'localhost:5000', 'a/b'],
    ['registry.example/ml/flight', 'registry.example', 'ml/flight'],
    ['host:5000/flight', 'host:5000', 'flight'],
  ])('of %s are %s and %s', (repository, registry, path) => {
    expect(splitRepository(repository)).toEqual({ registry, path });
    const text = values(['registry: old.example', 'repository: x/y', 'tag: "1.3.0"']);
    const edited = edit(text, 'image', of(repository));
    expect(edited).toBe(values([`registry: ${registry}`, `repository: ${path}`, 'tag: "1.4.0"']));
    expect(matchVersion(readTarget(edited, { file: 'v', path: 'image' }), [of(repository)])).toBeDefined();
  });

  it.each([
    ['acme/flight', 'docker.io/acme/flight'],
    ['flight', 'docker.io/library/flight'],
    ['index.docker.io/acme/flight', 'registry-1.docker.io/acme/flight'],
  ])('%s is %s: neither is changed into the other', (one, other) => {
    expect(isSameRepository(one, other)).toBe(true);
    const text = values([`repository: ${other}`, 'tag: "1.3.0"']);
    expect(edit(text, 'image', of(one))).toBe(values([`repository: ${other}`, 'tag: "1.4.0"']));
  });

  it('are not the same where the host or the path differs', () => {
    expect(isSameRepository('acme/flight', 'ghcr.io/acme/flight')).toBe(false);
    expect(isSameRepository('flight', 'acme/flight')).toBe(false);
    expect(isSameRepository('ghcr.io/library/flight', 'ghcr.io/flight')).toBe(false);
  });

  it('an empty registry is left to the chart, and the repository says the whole', () => {
    const text = values(['registry: ""', 'repository: other/flight', 'tag: "1.3.0"']);
    expect(edit(text)).toBe(values(['registry: ""', IMAGE, 'tag: "1.4.0"']));
  });
});

describe('what cannot be edited', () => {
  it.each(['newName', 'newTag', 'digest'])('is a template also in an images entry: %s', (key) => {
    const text = `images:\n- name: f\n  ${key}: "{{ .x }}"\n`;
    expect(() => editManifest(text, { file: 'k.yaml', image: 'f' }, version)).toThrow(/is a template/);
  });

  it.each([
    ['a tag without a value', values([IMAGE, 'tag:', 'pullPolicy: Always']), 'image', /image\.tag exists but is empty/],
    ['a null', values([IMAGE, 'tag: null']), 'image', /image\.tag exists but is empty/],
    ['a template in quotes', "image: '{{ .Values.image }}:{{ .Values.tag }}'\n", 'image', /is a template/],
    ['a template in an image', values([IMAGE, "tag: '{{ .Chart.AppVersion }}'"]), 'image', /is a template/],
    ['a variable of envsubst', values([IMAGE, `tag: \${TAG}`]), 'image', /is a template: "\$\{TAG\}"/],
    ['a variable of Kubernetes', 'image: $(IMAGE)\n', 'image', /is a template/],
    ['a block of Jinja', "image: '{% if a %}b{% endif %}'\n", 'image', /is a template/],
    ['a secret of a plugin', 'image: <path:kv/data/x#image>\n', 'image', /is a template/],
    [
      'a place in a list',
      'a:\n- image: { repository: x, tag: }\n',
      'a[0].image',
      /a\[0\]\.image\.tag exists but is empty/,
    ],
    ['a text that holds values', 'values: |\n  image:\n    tag: "1"\n', 'values.image', /values is a text/],
  ])('is named: %s', (_, text, path, says) => {
    expect(() => edit(text, path)).toThrow(says);
    expect(() => edit(text, path)).toThrow(UserError);
  });
});
