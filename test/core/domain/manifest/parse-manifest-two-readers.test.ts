import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mapParallel } from '../../../../core/async/map-parallel.ts';
import { readTargets } from '../../../../core/domain/manifest/edit-manifest.ts';
import {
  MAX_MANIFEST_BYTES,
  MAX_READ_MANIFEST_BYTES,
  parseManifest,
} from '../../../../core/domain/manifest/parse-manifest.ts';
import type { ManifestTarget } from '../../../../core/domain/policy/manifest-target.ts';
import { goProgramPath } from '../../../../scripts/go-program.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';
import { ensurePythonEnvironment } from '../../../../scripts/python-environment.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { runProgram } from '../../../../testkit/run-program.ts';

const kustomize = goProgramPath('kustomize');
const KUSTOMIZATION: ManifestTarget = { file: 'kustomization.yaml', image: 'img' };
const SERVICE: ManifestTarget = { file: 'model.yaml', kind: 'InferenceService', name: 'm' };

/** Line ends and nothing-at-all of some readers, and characters of others. */
const CHARACTERS = [
  '\u2028',
  '\u2029',
  '\u0085',
  '\r',
  '\uFEFF',
  '\v',
  '\f',
  '\x1c',
  '\x7f',
  '\x9f',
  '\0',
  '\uFFFE',
  '\uD800',
];

/** Ways to say `evil` to kustomize next to `newTag: good`, or in its place. */
const TAGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    CHARACTERS.map((character) => [
      `the line end U+${character.codePointAt(0)?.toString(16)}`,
      `  newTag: good # x${character}  newTag: evil\n`,
    ]),
  ),
  'a key in lower case': '  newTag: good\n  newtag: evil\n',
  'a key in lower case alone': '  newtag: evil\n',
  'a merge after the key': '  newTag: good\n  <<: { newTag: evil }\n',
  'a merge before the key': '  <<: { newTag: evil }\n  newTag: good\n',
  'a merge in place of the key': '  <<: { newTag: evil }\n',
  'a merge of a list of merges': '  newTag: good\n  <<: [{ <<: { newTag: evil } }, { digest: x }]\n',
  'a binary tag': '  newTag: !!binary ZXZpbA==\n',
  'a document after three points': '  newTag: evil\n...\nimages:\n- name: img\n  newTag: good\n',
  'a separator that goes on': '  newTag: evil\n--- {images: [{name: img, newTag: good}]}\n',
  'the last separator': '  newTag: evil\n---images: []\n',
  'a truth value': '  newTag: yes\n',
  'an octal number': '  newTag: 010\n',
  'a number with a line': '  newTag: 1_000\n',
  'a number with colons': '  newTag: 12:30:45\n',
};

const kustomization = (tag: string) => `resources: [deployment.yaml]\nimages:\n- name: img\n${tag}`;
const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{name: a, image: img:1}]}}}\n';

const service = (model: string) =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: m}\nspec:\n  predictor:\n    model:\n${model}`;

const URIS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    CHARACTERS.map((character) => [
      `the line end U+${character.codePointAt(0)?.toString(16)}`,
      service(`      storageUri: s3://good # x${character}      storageUri: s3://evil\n`),
    ]),
  ),
  'an alias for the model': `x: &x {storageUri: s3://evil}\n${service('').trimEnd()} *x\n`,
  'a merge for the model': `x: &x {storageUri: s3://evil}\n${service('      <<: *x\n')}`,
  'a merge of another document part': `x: &x {name: m}\n${service('      storageUri: s3://good\n').replace('{name: m}', '{<<: *x}')}`,
  'another key for the kind': service('      storageUri: s3://good\n').replace('kind:', 'on: Service\nkind:'),
  'a tagged value': service('      storageUri: !!str s3://good\n'),
  'a value with a custom tag': service('      storageUri: !evil s3://good\n'),
};

const readValue = (text: string, target: ManifestTarget): string | undefined =>
  readTargets(text, [target])[0]?.value?.text;

describe('parseManifest', () => {
  it('parses a manifest of 4 MiB for who edits it, and no larger one', () => {
    const padded = (bytes: number) => `a: 1 # ${'x'.repeat(bytes - 7)}`;
    expect(parseManifest(padded(MAX_MANIFEST_BYTES), 'f.yaml').documents).toHaveLength(1);
    expect(() => parseManifest(padded(MAX_MANIFEST_BYTES + 1), 'f.yaml')).toThrow(
      expect.objectContaining({ code: 'MANIFEST_INVALID' }),
    );
  });
});

describe('a target of a manifest', () => {
  // Skipped where there is no Go to build kustomize with; `npm test` builds it where there is.
  it.skipIf(!existsSync(kustomize))('is what kustomize deploys, or is refused', { timeout: 240_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-readers-'));
    const built = await mapParallel(Object.entries(TAGS), 2, async ([name, tag]) => {
      const text = kustomization(tag);
      const deployed = await build(join(folder, name.replace(/\W/g, '-')), text);
      const read = readValue(text, KUSTOMIZATION);
      if (read !== undefined && deployed !== undefined)
        expect({ name, value: read }).toEqual({ name, value: deployed });
      return { deployed, read };
    });
    await rm(folder, { recursive: true, force: true });
    // The tricks work: kustomize does deploy what hides, and takes what is honest.
    expect(built.filter(({ deployed }) => deployed === 'img:evil').length).toBeGreaterThan(5);
    expect(built.filter(({ read }) => read === 'img:evil')).toEqual([]);
    expect(await honest(folder)).toEqual({ deployed: 'img:good', read: 'img:good' });
  });

  it('is what PyYAML reads, or is refused', async () => {
    const { python } = await ensurePythonEnvironment('checks');
    const cases = [...Object.values(URIS), service('      storageUri: s3://good\n')].map((text) => ({
      text,
      kind: 'InferenceService',
      path: ['spec', 'predictor', 'model', 'storageUri'],
    }));
    const { stdout, stderr } = spawnSync(python, [join(PROJECT_ROOT, 'test', 'golden', 'manifest-values.py')], {
      input: JSON.stringify(cases),
      encoding: 'utf8',
      env: hostEnvironment(),
    });
    expect(stderr).toBe('');
    const theirs: readonly (string | null)[] = JSON.parse(stdout);
    for (const [index, { text }] of cases.entries()) {
      const read = readValue(text, SERVICE);
      if (read !== undefined && theirs[index] !== null) expect(read, JSON.stringify(text)).toBe(theirs[index]);
    }
    expect(theirs.filter((value) => value === 's3://evil').length).toBeGreaterThan(1);
    expect(theirs.at(-1)).toBe('s3://good');
  });

  it.each(CHARACTERS)('is refused beside the character %j, wherever that is, with its line and code', (character) => {
    const [reading] = readTargets(`# x${character} y\n${service('      storageUri: s3://good\n')}`, [SERVICE]);
    expect(reading?.error).toMatchObject({ code: 'MANIFEST_INVALID', place: { file: 'model.yaml', line: 1 } });
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    expect(reading?.error?.message).toContain(`U+${code}`);
  });

  it.each([
    ['in a value', service('      storageUri: yes\n')],
    ['in the kind', service('      storageUri: s3://good\n').replace('kind: InferenceService', 'kind: on')],
    ['in a key on the path', 'on: {image: a:1}\n'],
    ['as a repeated key', `${service('      storageUri: s3://good\n')}data: {y: 1, yes: 2}\n`],
  ])('is refused where YAML 1.1 and 1.2 differ %s', (_, text) => {
    const target = text.startsWith('on') ? { file: 'values.yaml', path: 'on.image' } : SERVICE;
    const kind = text.includes('kind: on')
      ? { ...target, kind: 'on', path: 'spec.predictor.model.storageUri' }
      : target;
    expect(readTargets(text, [kind])[0]?.error?.code).toMatch(/^(?:MANIFEST|TARGET)_/);
  });

  it('is read where YAML 1.1 and 1.2 differ elsewhere, and where parts are merged or repeated elsewhere', () => {
    const other = `data: { on: yes, port: 0o17, mode: 0644, big: 1_000, at: 12:30, day: 2024-01-15, f: .5e3, n: ~ }
labels: &labels { app: m }
more: { <<: *labels, Kind: x, same: *labels }
`;
    expect(readValue(`${service('      storageUri: s3://good\n')}${other}`, SERVICE)).toBe('s3://good');
    expect(readValue(kustomization('  newTag: 2024-01-15\n'), KUSTOMIZATION)).toBe('img:2024-01-15');
    const sibling = kustomization(`  newTag: good\n- name: other\n  newTag: 010\n`);
    expect(readValue(sibling, KUSTOMIZATION)).toBe('img:good');
    expect(readValue(`---\n# a\n--- # b\n${service('      storageUri: s3://good\n')}...\n\n---\n`, SERVICE)).toBe(
      's3://good',
    );
    expect(readValue(service('      storageUri: s3://good\n').replaceAll('\n', '\r\n'), SERVICE)).toBe('s3://good');
  });

  it('is read through an alias, as the cluster reads it', () => {
    const text = `x: &x {storageUri: s3://good}\n${service('').trimEnd()} *x\n`;
    expect(readValue(text, SERVICE)).toBe('s3://good');
  });

  it('is not found beside an entry of the same name that an alias brings', () => {
    const env = 'env: [{name: STORAGE_URI, value: s3://good}, *evil]';
    const text = `x: &evil {name: STORAGE_URI, value: s3://evil}\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c, ${env}}]}}}\n`;
    const target = { file: 'd.yaml', kind: 'Deployment', name: 'd', env: 'STORAGE_URI' };
    expect(readTargets(text, [target])[0]?.error?.code).toBe('TARGET_AMBIGUOUS');
  });

  it('that is not there hides no other target of the file', () => {
    const text = service('      storageUri: s3://good\n');
    const [missing, there] = readTargets(text, [{ ...SERVICE, name: 'other' }, SERVICE]);
    expect(missing?.error?.code).toBe('TARGET_NOT_FOUND');
    expect(there?.value?.text).toBe('s3://good');
  });

  it('is read from a manifest of 256 KiB, and not from a larger one', () => {
    const text = service('      storageUri: s3://good\n');
    const padded = (bytes: number) => `${text}# ${'x'.repeat(bytes - text.length - 2)}`;
    expect(readValue(padded(MAX_READ_MANIFEST_BYTES), SERVICE)).toBe('s3://good');
    expect(readTargets(padded(MAX_READ_MANIFEST_BYTES + 1), [SERVICE])[0]?.error?.message).toBe(
      'model.yaml has at least 262145 bytes, more than the limit of 262144 bytes',
    );
  });
});

/** The image of the Deployment; undefined where kustomize refuses. */
async function build(folder: string, text: string): Promise<string | undefined> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'kustomization.yaml'), text);
  await writeFile(join(folder, 'deployment.yaml'), DEPLOYMENT);
  const { exitCode, stdout } = await runProgram(kustomize, ['build', '.'], { cwd: folder, env: hostEnvironment() });
  return exitCode === 0 ? /image: (\S+)/.exec(stdout)?.[1] : undefined;
}

async function honest(folder: string) {
  const text = kustomization('  newTag: good\n');
  const deployed = await build(join(folder, 'honest'), text);
  await rm(folder, { recursive: true, force: true });
  return { deployed, read: readValue(text, KUSTOMIZATION) };
}
