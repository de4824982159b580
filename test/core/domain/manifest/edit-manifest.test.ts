import { describe, expect, it } from 'vitest';
import { editManifest, readTarget } from '../../../../core/domain/manifest/edit-manifest.ts';
import type { DeployedVersion } from '../../../../core/domain/manifest/version-value.ts';
import type { ManifestTarget } from '../../../../core/domain/policy/manifest-target.ts';
import { UserError } from '../../../../core/errors.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const version: DeployedVersion = {
  version: '1.4.0',
  artifactUri: 's3://models/flights/sha256/cafe',
  image: { repository: 'registry.example:5000/flights', tag: '1.10', digest },
};
const kustomize: ManifestTarget = { file: 'kustomization.yaml', image: 'flights' };
const service: ManifestTarget = { file: 'model.yaml', kind: 'InferenceService', name: 'flights' };
const deployment: ManifestTarget = { file: 'app.yaml', kind: 'Deployment', name: 'flights' };

const KUSTOMIZATION = `# what runs in production
resources:
    - ../../base   # shared
images:
    - name: flights
      newName: registry.example:5000/flights
      newTag: "1.3.0"   # bumped by the bot
      digest: 'sha256:${'cd'.repeat(32)}'
    -   name: sidecar
        newTag: "2"
`;

const SERVICE = `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: flights, namespace: prod }
spec:
  predictor:
    model:
      modelFormat: { name: onnx }
      storageUri: s3://models/flights/sha256/0ld # do not edit by hand
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: flights
spec:
  template:
    spec:
      containers:
        - name: server
          image: registry.example:5000/flights:1.3
`;

function changedLines(before: string, after: string): string[] {
  const old = new Set(before.split('\n'));
  return after.split('\n').filter((line) => !old.has(line));
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'no error';
  } catch (error) {
    return error instanceof UserError ? error.code : 'another error';
  }
}

describe('a place that is there', () => {
  const of = (text: string, target: Omit<ManifestTarget, 'file'>) =>
    editManifest(text, { file: 'm.yaml', ...target }, version);
  const LIST = `apiVersion: v1
kind: List
items:
- kind: Deployment
  metadata: { name: f }
  spec: { template: { spec: { containers: [{ name: a, image: "registry.example/m:1" }] } } }
`;

  it('in a List is named, and edited by its path', () => {
    expect(() => of(LIST, { kind: 'Deployment', name: 'f' })).toThrow(/has a Deployment inside of a List/);
    const path = 'items[0].spec.template.spec.containers[0].image';
    expect(of(LIST, { kind: 'List', path }).text).toMatch(/image: "[^"]+@sha256:/);
  });

  it('in a list of patches is edited', () => {
    const patch = '- op: replace\n  path: /spec/image\n  value: registry.example/m:1 # now\n';
    expect(of(patch, { path: '[0].value' }).text).toMatch(/value: \S+@sha256:[0-9a-f]{64} # now\n$/);
    expect(() => of(patch, { kind: 'Deployment', path: '[0].value' })).toThrow(/has no Deployment/);
  });

  it.each([
    ['a: [1]\n', /a is a list/],
    ['a: true\n', /a is true, which is not text/],
  ])('with another type than a text is named by it: %j', (text, says) => {
    expect(() => of(text, { path: 'a' })).toThrow(says);
  });
});

describe('editManifest', () => {
  it('changes the tag and digest of a kustomization and nothing else', () => {
    const { text, changed } = editManifest(KUSTOMIZATION, kustomize, version);
    expect(changed).toBe(true);
    expect(changedLines(KUSTOMIZATION, text)).toEqual([
      '      newTag: "1.10"   # bumped by the bot',
      `      digest: '${digest}'`,
    ]);
  });

  it('changes nothing the second time', () => {
    const { text } = editManifest(KUSTOMIZATION, kustomize, version);
    expect(editManifest(text, kustomize, version)).toMatchObject({ changed: false, text });
  });

  it('inserts what an images entry lacks, in the style of its siblings', () => {
    const bare = 'images:\r\n  - name: flights # ours\r\n  - name: other\r\n    newTag: x\r\n';
    const { text } = editManifest(bare, kustomize, version);
    expect(text).toBe(
      `images:\r\n  - name: flights # ours\r\n    newName: registry.example:5000/flights\r\n    newTag: "1.10"\r\n    digest: ${digest}\r\n  - name: other\r\n    newTag: x\r\n`,
    );
  });

  it('inserts into a flow mapping', () => {
    const { text } = editManifest('images: [{name: flights, newTag: "1"}]', kustomize, version);
    expect(text).toBe(
      `images: [{name: flights, newTag: "1.10", newName: "registry.example:5000/flights", digest: "${digest}"}]`,
    );
  });

  it('changes the storageUri of an InferenceService on one line, comment kept', () => {
    const { text } = editManifest(SERVICE, service, version);
    expect(changedLines(SERVICE, text)).toEqual([
      '      storageUri: s3://models/flights/sha256/cafe # do not edit by hand',
    ]);
  });

  it('writes an oci:// reference where one stood', () => {
    const { text } = editManifest(SERVICE.replace('s3://models/flights/sha256/0ld', 'oci://r/x:1'), service, version);
    expect(text).toContain(`storageUri: oci://registry.example:5000/flights:1.10@${digest} # do not edit`);
  });

  it('writes repository, tag and digest of a container image, without a final newline where there was none', () => {
    const { text } = editManifest(DEPLOYMENT.trimEnd(), deployment, version);
    expect(text.endsWith(`image: registry.example:5000/flights:1.10@${digest}`)).toBe(true);
  });

  it('keeps a byte order mark, JSON and its quotes', () => {
    const json = '\uFEFF{ "kind": "Job", "metadata": {"name": "flights"}, "spec": {"v": "v1.3.0"} }\n';
    const { text } = editManifest(json, { file: 'job.json', kind: 'Job', name: 'flights', path: 'spec.v' }, version);
    expect(text).toBe(json.replace('v1.3.0', 'v1.4.0'));
  });

  it('edits the meant document of several', () => {
    const two = `${DEPLOYMENT.replaceAll('flights', 'other')}---\n${DEPLOYMENT}`;
    const { text } = editManifest(two, deployment, version);
    expect(text.startsWith(DEPLOYMENT.replaceAll('flights', 'other'))).toBe(true);
    expect(changedLines(two, text)).toHaveLength(1);
  });

  it('quotes what a reader of YAML 1.1 would not read as a string', () => {
    const plain = 'images:\n- name: flights\n  newTag: abc\n';
    const texts = ['1e3', '0123', 'yes', '1_000', '20240101'].map(
      (tag) => editManifest(plain, kustomize, { ...version, image: { repository: 'flights', tag, digest } }).text,
    );
    expect(texts.map((text) => /newTag: (.*)/.exec(text)?.[1])).toEqual([
      '"1e3"',
      '"0123"',
      '"yes"',
      '"1_000"',
      '"20240101"',
    ]);
  });

  it.each([
    ['two entries of one name', 'images: [{name: flights}, {name: flights}]', kustomize, 'TARGET_AMBIGUOUS'],
    ['no entry', 'images: []', kustomize, 'TARGET_NOT_FOUND'],
    ['a Helm template', 'kind: Deployment\nmetadata: {{ .Values.x }}\n', deployment, 'MANIFEST_UNSUPPORTED'],
    ['duplicate keys', 'images: []\nimages: []\n', kustomize, 'MANIFEST_INVALID'],
    ['an alias', 'x: &t a\nimages: [{name: flights, newTag: *t }]', kustomize, 'MANIFEST_UNSUPPORTED'],
    [
      'a scalar that aliases refer to',
      'images: [{name: flights, newTag: &t a }]\ny: *t',
      kustomize,
      'MANIFEST_UNSUPPORTED',
    ],
    ['a block scalar', 'images:\n- name: flights\n  newTag: |-\n    a\n', kustomize, 'MANIFEST_UNSUPPORTED'],
    ['a merge key', 'b: &b {newTag: a}\nimages:\n- <<: *b\n  name: flights\n', kustomize, 'MANIFEST_UNSUPPORTED'],
    ['a volume that is not there', DEPLOYMENT, { ...deployment, volume: 'model' }, 'TARGET_NOT_FOUND'],
    ['two containers', `${DEPLOYMENT}        - name: b\n          image: c\n`, deployment, 'TARGET_AMBIGUOUS'],
    ['a missing document', SERVICE, deployment, 'TARGET_NOT_FOUND'],
  ] as const)('refuses %s by name', (_, text, target, code) => {
    expect(codeOf(() => editManifest(text, target, version))).toBe(code);
  });

  it('refuses an image target where the version has no image', () => {
    const { image, ...bare } = version;
    expect(image).toBeDefined();
    expect(codeOf(() => editManifest(KUSTOMIZATION, kustomize, bare))).toBe('MANIFEST_UNSUPPORTED');
  });
});

describe('readTarget', () => {
  it('reads the parts that a version is recognised by', () => {
    expect(readTarget(KUSTOMIZATION, kustomize)).toMatchObject({ tag: '1.3.0', repository: version.image?.repository });
    expect(readTarget(SERVICE, service)).toEqual({
      text: 's3://models/flights/sha256/0ld',
      uri: 's3://models/flights/sha256/0ld',
    });
    expect(readTarget(DEPLOYMENT, deployment)).toMatchObject({ tag: '1.3' });
  });
});
