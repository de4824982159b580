import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { runActionSource } from '../../testkit/run-action.ts';

const HEX = 'a'.repeat(64);
const MANIFEST = `# kept
apiVersion: apps/v1
kind: Deployment
metadata: { name: m }
spec: { template: { spec: { containers: [{ name: m, image: "ghcr.io/org/m:old" }] } } }
`;

let root: string;
let origin: DvcRepository;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-alone-'));
  origin = await DvcRepository.create(path.join(root, 'origin', 'repository'));
  await origin.dvc('remote', 'add', '--default', 'storage', path.join(root, 'remote'));
  await origin.write({
    'raw.csv': 'raw\n',
    'dvc.yaml': `stages:
  train:
    cmd: cat raw.csv raw.csv > model.txt && echo '{"rmse":1}' > metrics.json
    deps: [raw.csv]
    outs: [model.txt]
    metrics: [metrics.json: { cache: false }]
`,
    'k8s/model.yaml': MANIFEST,
    'values.yaml': 'image:\n  repository: ghcr.io/org/m\n  tag: old\n',
  });
  await origin.dvc('add', '--quiet', 'raw.csv');
  await origin.dvc('push', '--quiet');
  await origin.commit('all');
}, 120_000);

afterAll(async () => {
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

async function clone() {
  count += 1;
  const made = await origin.clone(path.join(root, `clone-${count}`, 'repository'));
  const temp = path.join(root, `clone-${count}`, 'temp');
  const run = (action: string, inputs: Readonly<Record<string, string>> = {}) =>
    runActionSource(action, { workspace: made.folder, temp, inputs });
  return { made, run, text: (file: string) => readFile(path.join(made.folder, file), 'utf8') };
}

describe('without a tidegate.yaml', () => {
  it('data is pulled, stages run as by dvc repro, and what they made is pushed', async () => {
    const { made, run, text } = await clone();
    const pulled = await run('data-pull', { 'allow-missing': 'true' });
    expect(pulled.exitCode, pulled.stdout).toBe(0);
    expect(await text('raw.csv')).toBe('raw\n');
    expect(existsSync(pulled.outputs['report-path'] ?? '')).toBe(true);
    const trained = await run('train', { stages: 'train' });
    expect(trained.exitCode, trained.stdout).toBe(0);
    expect(trained.outputs).toMatchObject({ ran: 'true', 'artifact-path': 'model.txt', metrics: '{"rmse":1}' });
    expect(await made.dvc('status')).toContain('up to date');
    const pushed = await run('data-push');
    expect(pushed.exitCode, pushed.stdout).toBe(0);
    expect(pushed.outputs).toMatchObject({ 'files-uploaded': '1', 'changed-files': 'dvc.lock' });
  });

  it('an image is built of a path, and set in a manifest and in Helm values', async () => {
    const { made, run, text } = await clone();
    await made.write({ 'model.bin': 'weights' });
    const inputs = { 'artifact-path': 'model.bin', 'image-repository': 'ghcr.io/org/m', push: 'false' };
    const built = await run('build-image', inputs);
    expect(built.exitCode, built.stdout).toBe(0);
    const reference = built.outputs['image-reference'] ?? '';
    const where = { file: 'k8s/model.yaml', kind: 'Deployment', name: 'm', 'image-reference': reference };
    expect((await run('deploy-manifest', { ...where, mode: 'check' })).exitCode).toBe(1);
    const deployed = await run('deploy-manifest', where);
    expect(deployed.exitCode, deployed.stdout).toBe(0);
    expect(deployed.outputs).toMatchObject({ changed: 'true', 'changed-files': 'k8s/model.yaml' });
    expect(await text('k8s/model.yaml')).toBe(MANIFEST.replace('ghcr.io/org/m:old', reference));
    expect((await run('deploy-manifest', { ...where, mode: 'check' })).exitCode).toBe(0);
    const helm = { file: 'values.yaml', path: 'image', 'image-reference': `ghcr.io/org/m:1.4.0@sha256:${HEX}` };
    const set = await run('deploy-manifest', helm);
    expect(set.exitCode, set.stdout).toBe(0);
    expect(await text('values.yaml')).toContain('1.4.0');
  });

  it('says what the target holds, of several inputs the one that was meant', async () => {
    const { made, run, text } = await clone();
    await made.write({ 'uri.yaml': 'model:\n  uri: s3://models/old\n' });
    const inputs = { file: 'uri.yaml', path: 'model.uri', 'image-reference': `m:1@sha256:${HEX}` };
    const set = await run('deploy-manifest', { ...inputs, 'artifact-uri': 's3://models/new' });
    expect(set.exitCode, set.stdout).toBe(0);
    expect(set.stdout).toContain('uri.yaml: wrote s3://models/new\n');
    expect(await text('uri.yaml')).toBe('model:\n  uri: s3://models/new\n');
  });

  it('annotates the file of the repository, wherever the working directory is', async () => {
    const { made, run } = await clone();
    await made.write({ 'sub/values.yaml': 'image: [\n', 'sub/deep/values.yaml': 'image: {}\n' });
    const inputs = { file: 'values.yaml', path: 'image', 'image-reference': `m:1@sha256:${HEX}` };
    for (const folder of ['sub', './sub/deep/..', 'sub/deep']) {
      const refused = await run('deploy-manifest', { ...inputs, 'working-directory': folder });
      expect(refused.exitCode).toBe(1);
      expect(refused.stdout).toContain(`::error file=${path.posix.normalize(folder).replace(/\/$/, '')}/values.yaml`);
    }
  });

  it('names the file once, and the cause in the words of the inputs', async () => {
    const { made, run, text } = await clone();
    await made.write({ 'uri.yaml': 'model:\n  uri: s3://models/old\n  files: [a]\n' });
    const image = { 'image-reference': `ghcr.io/org/m:1@sha256:${HEX}` };
    const uri = { 'artifact-uri': 's3://models/new' };
    const refusals = [
      [
        { path: 'model.uri', ...image },
        'names the address of an artifact (s3://models/old) at this target, and none is',
      ],
      [
        { file: 'k8s/model.yaml', kind: 'Deployment', ...uri },
        'names a container image at this target, and none is given',
      ],
      [{ path: 'model.uri', 'artifact-uri': '/models/new' }, '"/models/new" is not the address of an artifact'],
      [{ path: 'model.uri', 'model-version': 'latest' }, 'model-version "latest" is not a version'],
      [{ path: 'model.uri', 'image-reference': `m:1@sha256:${'A'.repeat(64)}` }, 'no sha256 digest in lower case'],
      [{ path: 'model.files', ...uri }, 'uri.yaml: model.files is a list. Name the entry: model.files[0].'],
      [{ file: 'k8s', path: 'a', ...uri }, 'k8s is a folder'],
      [{ file: 'k8s/model.yaml', kind: 'Deployment', name: 'x', ...image }, ': k8s/model.yaml has no Deployment x'],
    ] as const;
    for (const [inputs, says] of refusals) {
      const refused = await run('deploy-manifest', { file: 'uri.yaml', ...inputs });
      expect(refused.exitCode, says).toBe(1);
      expect(refused.stdout).toContain(says);
      expect(refused.stdout).not.toContain('defect of Tidegate');
      expect(refused.stdout).toMatch(/^Error code [A-Z_]+: https:.*#[a-z_]+$/m);
      expect(refused.stdout).not.toContain('Register the version again');
    }
    expect(await text('uri.yaml')).toContain('uri: s3://models/old');
  });

  it.each([
    ['data-pull', { for: 'judge' }, 'for: judge needs a model'],
    ['train', {}, 'no stages or command are set, and there is no tidegate.yaml'],
    ['train', { command: 'true' }, 'the input command needs a model'],
    [
      'build-image',
      { 'image-repository': 'ghcr.io/org/m' },
      'no input names an artifact, and there is no tidegate.yaml',
    ],
    ['build-image', { 'artifact-path': 'raw.csv' }, 'no image repository is named'],
    ['deploy-manifest', {}, 'neither input environment nor input file is set'],
    ['deploy-manifest', { environment: 'staging' }, 'there is no tidegate.yaml'],
    ['deploy-manifest', { file: 'k8s/model.yaml', 'model-version': '1.0.0' }, 'name no target'],
    ['deploy-manifest', { file: '../x.yaml', path: 'image', 'model-version': '1.0.0' }, 'is not a path inside'],
    ['deploy-manifest', { file: 'values.yaml', path: 'image' }, 'no input says what to set'],
    ['deploy-manifest', { file: 'values.yaml', path: 'image', mode: 'commit' }, 'mode: commit needs an environment'],
  ])('%s with %j says what it needs', async (action, inputs, message) => {
    const { run } = await clone();
    const refused = await run(action, { ...inputs });
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain(message);
    expect(refused.stdout).not.toContain('defect of Tidegate');
  });
});

describe('with a tidegate.yaml that is broken', () => {
  it.each([
    ['data-pull', { targets: 'all' }],
    ['train', { stages: 'train' }],
    ['data-push', {}],
    ['deploy-manifest', { file: 'values.yaml', path: 'image', 'model-version': '1.0.0' }],
    ['build-image', { 'artifact-path': 'dvc.yaml', 'image-repository': 'ghcr.io/org/m', push: 'false' }],
  ])('%s fails at its place, whatever its inputs say', async (action, inputs) => {
    const { made, run } = await clone();
    await made.write({ 'tidegate.yaml': 'version: 1\nmodels: [\n' });
    const refused = await run(action, { ...inputs });
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('file=tidegate.yaml');
  });
});
