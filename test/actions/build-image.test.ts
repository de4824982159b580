import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../scripts/system-programs.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { type Registry, startRegistry } from '../../testkit/registry.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { runProgram } from '../../testkit/run-program.ts';

const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: model
    data: { label: y }
    evaluate: { dataset: raw.csv, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }] }
`;
const REGISTRY = findProgram('docker-registry');
const SKOPEO = findProgram('skopeo');

let root: string;
let running: Registry | undefined;
/** Host of the registry. */
let registry: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-image-'));
  if (REGISTRY === undefined) return;
  running = await startRegistry({ directory: path.join(root, 'registry'), binary: REGISTRY, needsLogin: true });
  registry = running.host;
  await mkdir(path.join(root, 'docker'));
  await writeFile(path.join(root, 'docker', 'config.json'), running.dockerConfig);
});

afterAll(async () => {
  await running?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

async function workspaceWith(name: string, files: Readonly<Record<string, string>>) {
  const workspace = path.join(root, name);
  for (const [file, content] of Object.entries({ 'tidegate.yaml': CONFIG, ...files })) {
    await mkdir(path.dirname(path.join(workspace, file)), { recursive: true });
    await writeFile(path.join(workspace, file), content);
  }
  return { workspace, temp: path.join(root, `${name}-temp`), env: { DOCKER_CONFIG: path.join(root, 'docker') } };
}

const MODEL = { 'model/1/model.onnx': 'weights', 'model/config.pbtxt': 'name: "m"' };

describe('build-image', () => {
  it('makes the same image of the same files, and another of others', async () => {
    const inputs = { 'image-repository': 'registry.example/m', push: 'false' };
    const one = await runActionSource('build-image', { ...(await workspaceWith('one', MODEL)), inputs });
    const two = await runActionSource('build-image', { ...(await workspaceWith('two', MODEL)), inputs });
    const other = await workspaceWith('other', { ...MODEL, 'model/config.pbtxt': 'name: "n"' });
    const three = await runActionSource('build-image', { ...other, inputs });
    expect(one.exitCode, one.stdout).toBe(0);
    expect(one.outputs['image-reference']).toMatch(/^registry\.example\/m:[0-9a-f]{12}@sha256:[0-9a-f]{64}$/);
    expect(two.outputs['image-digest']).toBe(one.outputs['image-digest']);
    expect(three.outputs['image-digest']).not.toBe(one.outputs['image-digest']);
    const index = JSON.parse(await readFile(path.join(one.outputs['layout-path'] ?? '', 'index.json'), 'utf8'));
    expect(index.manifests[0].digest).toBe(one.outputs['image-digest']);
  });

  it.skipIf(REGISTRY === undefined || SKOPEO === undefined)('pushes what skopeo reads', async () => {
    const options = await workspaceWith('pushed', MODEL);
    const inputs = { 'image-repository': `${registry}/team/m`, tags: 'latest' };
    const built = await runActionSource('build-image', { ...options, inputs });
    expect(built.exitCode, built.stdout).toBe(0);
    const seen = await skopeo('inspect', '--tls-verify=false', `docker://${registry}/team/m:latest`);
    const image = JSON.parse(seen);
    expect(image).toMatchObject({ Digest: built.outputs['image-digest'], Architecture: 'amd64', Os: 'linux' });
    expect(image.RepoTags).toHaveLength(2);
    expect(image.Labels['dev.tidegate.model']).toBe('m');
    const copy = path.join(root, 'copy');
    await skopeo('copy', '--quiet', '--src-tls-verify=false', `docker://${registry}/team/m:latest`, `dir:${copy}`);
    const layer = path.join(copy, image.Layers[0].replace('sha256:', ''));
    const listed = await runProgram('tar', ['tvf', layer], { cwd: root, env: { ...hostEnvironment(), TZ: 'UTC' } });
    expect(listed.stdout.match(/1970-01-01 00:00 .*/g)).toEqual([
      '1970-01-01 00:00 models/',
      '1970-01-01 00:00 models/1/',
      '1970-01-01 00:00 models/1/model.onnx',
      '1970-01-01 00:00 models/config.pbtxt',
    ]);
  });

  it.skipIf(REGISTRY === undefined)('builds on a base of a registry and of a layout, to the same image', async () => {
    const base = await workspaceWith('base', { 'model/base.txt': 'base' });
    const pushedBase = await runActionSource('build-image', {
      ...base,
      inputs: { 'image-repository': `${registry}/base` },
    });
    const digests = [];
    for (const from of [pushedBase.outputs['image-reference'] ?? '', pushedBase.outputs['layout-path'] ?? '']) {
      const options = await workspaceWith(`on-base-${digests.length}`, MODEL);
      const inputs = { 'image-repository': `${registry}/on-base`, 'base-image': from };
      const built = await runActionSource('build-image', { ...options, inputs });
      expect(built.exitCode, built.stdout).toBe(0);
      digests.push(built.outputs['image-digest']);
    }
    expect(digests[0]).toBe(digests[1]);
  });

  it.skipIf(REGISTRY === undefined)('says which registry refused it without a login', async () => {
    const { workspace, temp } = await workspaceWith('anonymous', MODEL);
    const inputs = { 'image-repository': `${registry}/team/m` };
    const built = await runActionSource('build-image', { workspace, temp, inputs });
    expect(built.exitCode).toBe(1);
    expect(built.stdout).toContain(`${registry} refused`);
    expect(built.stdout).toContain('without a login');
    expect(built.stdout).not.toContain(running?.login?.password ?? 'password');
  });

  it('refuses what it cannot build, by name and all at once', async () => {
    const options = await workspaceWith('refused', MODEL);
    const inputs = { 'image-repository': 'Upper/Case', platforms: 'linux/amd64\nlinux/arm64' };
    const built = await runActionSource('build-image', { ...options, inputs });
    expect(built.exitCode).toBe(1);
    expect(built.stdout.match(/^::error/gm)).toHaveLength(2);
    expect(built.stdout).toContain(
      '"Upper/Case" is not an image repository: it has upper-case letters. Write upper/case.',
    );
  });

  it('refuses a folder without a file: an image of no model is none', async () => {
    const options = await workspaceWith('empty', { 'model/keep': '' });
    await mkdir(path.join(options.workspace, 'nothing/below'), { recursive: true });
    const inputs = { 'artifact-path': 'nothing', 'image-repository': 'registry.example/m', push: 'false' };
    const built = await runActionSource('build-image', { ...options, inputs });
    expect(built.exitCode).toBe(1);
    expect(built.stdout).toContain('nothing has no file');
    expect(built.outputs['image-digest'] ?? '').toBe('');
  });

  it('refuses what is no tag before it builds anything', async () => {
    const options = await workspaceWith('tags', MODEL);
    const tags = 'latest, v1\n.hidden\nv1\n-x';
    const inputs = { 'image-repository': 'registry.example/m', push: 'false', tags };
    const built = await runActionSource('build-image', { ...options, inputs });
    expect(built.exitCode).toBe(1);
    expect(built.stdout).toContain('input tags: "latest, v1" is not a valid tag. Write one tag per line');
    expect(built.stdout.match(/is not a valid tag/g)).toHaveLength(3);
    expect(built.outputs['image-digest'] ?? '').toBe('');
  });

  it('refuses a base of another platform than the image is for', async () => {
    const base = await workspaceWith('arm-base', { 'model/base.txt': 'base' });
    const arm = { 'image-repository': 'registry.example/base', push: 'false', platforms: 'linux/arm64' };
    const made = await runActionSource('build-image', { ...base, inputs: arm });
    const on = async (platforms: string) => {
      const options = await workspaceWith(`on-${platforms.replaceAll('/', '-')}`, MODEL);
      const inputs = { ...arm, 'base-image': made.outputs['layout-path'] ?? '', platforms };
      return runActionSource('build-image', { ...options, inputs });
    };
    const refused = await on('linux/amd64');
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toMatch(/the base image .* is for linux\/arm64, but platforms is linux\/amd64/);
    const built = await on('linux/arm64');
    expect(built.exitCode, built.stdout).toBe(0);
  });

  it('says that a registry that does not answer may answer later', async () => {
    const options = await workspaceWith('unreachable', MODEL);
    const built = await runActionSource('build-image', { ...options, inputs: { 'image-repository': '127.0.0.1:1/m' } });
    expect(built.stdout).toContain('run the job again');
    expect(built.exitCode).toBe(1);
  });
});

async function skopeo(...args: string[]): Promise<string> {
  const env = { ...hostEnvironment(), HOME: root };
  const [command = '', ...rest] = args;
  const login = ['--authfile', path.join(root, 'docker', 'config.json')];
  const result = await runProgram(SKOPEO ?? 'skopeo', [command, ...login, ...rest], { cwd: root, env });
  if (result.exitCode !== 0) throw new Error(result.stderr);
  return result.stdout;
}
