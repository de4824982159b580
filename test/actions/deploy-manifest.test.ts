import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatVersionTagMessage } from '../../core/reports/version-tag-line.ts';
import { digestOf, SAMPLE_TAG_LINE } from '../core/reports/sample-reports.ts';
import { runGit } from '../testkit/git-client.ts';
import type { RunningGitHub } from '../testkit/github/github-options.ts';
import { startGitHub } from '../testkit/github/start-github.ts';
import { type ActionRun, runActionSource } from '../testkit/run-action.ts';

const NAME = 'acme/flights';
const DIGESTS = { '0.1.0': digestOf('a'), '0.2.0': digestOf('b') };
const MANIFEST = `# who runs the model
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: m }
spec:
  predictor:
    model:
      storageUri: "s3://models/m/sha256/${'a'.repeat(64)}" # set by promotions
`;
const KUSTOMIZATION = `images:
  - name: registry.example/m
    newTag: 0.1.0
    digest: ${digestOf('6')}
`;

let root: string;
let github: RunningGitHub;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-deploy-'));
  github = await startGitHub({ directory: path.join(root, 'github') });
  await github.createRepository(NAME);
  const clone = path.join(root, 'clone');
  await runGit(root, ['clone', '--quiet', github.cloneUrl(NAME, github.userToken('mona')), clone]);
  await runGit(clone, ['commit', '--quiet', '--allow-empty', '-m', 'start']);
  for (const [version, digest] of Object.entries(DIGESTS)) {
    const line = {
      ...SAMPLE_TAG_LINE,
      artifact: { uri: `s3://models/m/sha256/${digest.slice(7)}`, digest, sizeBytes: 5 },
      image: {
        reference: `registry.example/m:${version}@${digestOf('9')}`,
        repository: 'registry.example/m',
        tag: version,
        digest: digestOf('9'),
      },
    };
    const message = formatVersionTagMessage(`Registering artifact m version v${version}`, line);
    await runGit(clone, ['tag', '--annotate', `m@v${version}`, '--cleanup=verbatim', '--message', message]);
  }
  await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main', '--tags']);
});

afterAll(async () => {
  await github?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

const KSERVE = '{ file: k8s/model.yaml, kind: InferenceService, name: m }';

/** A checked-out repository with the artifacts of both versions in a store beside the manifests. */
async function workspaceWith(targets: string): Promise<string> {
  count += 1;
  const workspace = path.join(root, `workspace-${count}`);
  await mkdir(path.join(workspace, 'k8s'), { recursive: true });
  await writeFile(path.join(workspace, 'k8s/model.yaml'), MANIFEST);
  await writeFile(path.join(workspace, 'k8s/kustomization.yaml'), KUSTOMIZATION);
  await writeFile(path.join(workspace, 'tidegate.yaml'), config(targets));
  for (const digest of Object.values(DIGESTS)) {
    const folder = path.join(workspace, 'store', 'sha256', digest.slice(7));
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'model.onnx'), 'bytes');
  }
  return workspace;
}

function config(targets: string): string {
  return `version: 1
models:
  m:
    task: binary-classification
    artifact: model.onnx
    data: { label: y }
    evaluate: { dataset: t.csv }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }] }
    register: { store: store }
    environments: [{ name: production, targets: [${targets}] }]
`;
}

function deploy(workspace: string, inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  return runActionSource('deploy-manifest', {
    workspace,
    temp: path.join(workspace, 'temp'),
    env: { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: NAME },
    inputs: { environment: 'production', 'github-token': github.userToken('mona'), ...inputs },
  });
}

const manifestOf = (workspace: string, file = 'model.yaml') => readFile(path.join(workspace, 'k8s', file), 'utf8');

describe('deploy-manifest', () => {
  it('writes the newest version into one line, and nothing a second time', async () => {
    const workspace = await workspaceWith(KSERVE);
    const run = await deploy(workspace);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs).toMatchObject({ changed: 'true', 'changed-files': 'k8s/model.yaml' });
    expect(await manifestOf(workspace)).toBe(MANIFEST.replace('a'.repeat(64), 'b'.repeat(64)));
    const diff = await readFile(run.outputs['diff-path'] ?? '', 'utf8');
    expect(diff.match(/^[+-] .*/gm)).toHaveLength(2);
    expect(run.summary).toContain('v0.2.0 in production');
    const again = await deploy(workspace);
    expect(again.outputs).toMatchObject({ changed: 'false', 'changed-files': '', 'diff-path': '' });
    expect(github.violations).toEqual([]);
  });

  it('writes the version that is asked for, with or without a v, into several files', async () => {
    const workspace = await workspaceWith(`${KSERVE}, { file: k8s/kustomization.yaml, image: registry.example/m }`);
    const run = await deploy(workspace, { 'model-version': 'v0.1.0' });
    expect(run.outputs['changed-files']).toBe('k8s/kustomization.yaml');
    expect(await manifestOf(workspace, 'kustomization.yaml')).toBe(KUSTOMIZATION.replace(digestOf('6'), digestOf('9')));
    expect(await manifestOf(workspace)).toBe(MANIFEST);
  });

  it('checks without writing, and fails at the file that does not hold the version', async () => {
    const workspace = await workspaceWith(KSERVE);
    const run = await deploy(workspace, { mode: 'check' });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('::error file=k8s/model.yaml::k8s/model.yaml does not hold m v0.2.0 in production');
    expect(run.outputs.changed).toBe('true');
    expect(await manifestOf(workspace)).toBe(MANIFEST);
    const held = await deploy(workspace, { mode: 'check', 'model-version': '0.1.0' });
    expect(held.exitCode, held.stdout).toBe(0);
  });

  it.each(['../outside.yaml', '/etc/hostname', '.git/config'])(
    'refuses the target %s before it reads it',
    async (file) => {
      const run = await deploy(await workspaceWith(`{ file: ${file}, kind: InferenceService, name: m }`));
      expect(run.exitCode).toBe(1);
      expect(run.stdout).toContain('is no path inside the repository');
    },
  );

  it('writes nothing through links, into .github or where one of several targets is missing', async () => {
    const cases = [
      { target: '{ file: k8s/link.yaml, kind: InferenceService, name: m }', says: 'symbolic link' },
      { target: '{ file: linked/model.yaml, kind: InferenceService, name: m }', says: 'symbolic link' },
      { target: '{ file: .github/workflows/x.yml, path: on }', says: 'is no path inside the repository' },
      { target: '{ file: k8s/missing.yaml, kind: InferenceService, name: m }', says: 'there is no file' },
      { target: '{ file: k8s/kustomization.yaml, image: other }', says: 'other' },
    ];
    for (const { target, says } of cases) {
      const workspace = await workspaceWith(`${KSERVE}, ${target}`);
      await symlink('model.yaml', path.join(workspace, 'k8s/link.yaml'));
      await symlink('k8s', path.join(workspace, 'linked'));
      const run = await deploy(workspace);
      expect(run.exitCode, says).toBe(1);
      expect(run.stdout).toContain(says);
      expect(run.stdout).not.toContain('    at ');
      expect(await manifestOf(workspace)).toBe(MANIFEST);
      expect(await readdir(path.join(workspace, 'k8s'))).toHaveLength(3);
    }
  });

  it('refuses versions that are not registered and artifacts that are not in the store', async () => {
    const workspace = await workspaceWith(KSERVE);
    const unknown = await deploy(workspace, { 'model-version': '9.9.9' });
    expect(unknown.stdout).toContain('m has no version 9.9.9. Use one of 0.2.0, 0.1.0.');
    await rm(path.join(workspace, 'store', 'sha256', 'b'.repeat(64)), { recursive: true });
    const gone = await deploy(workspace);
    expect(gone.stdout).toContain('the artifact of v0.2.0 is not at');
    const environment = await deploy(workspace, { environment: 'prod' });
    expect(environment.stdout).toContain('environment "prod" is not in tidegate.yaml');
    expect(await manifestOf(workspace)).toBe(MANIFEST);
  });
});
