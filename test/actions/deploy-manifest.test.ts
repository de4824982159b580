import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { runGit } from '../../testkit/git-client.ts';
import { FinishedRuns } from '../../testkit/github/finished-runs.ts';
import type { RunningGitHub } from '../../testkit/github/github-options.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import { addRelease } from '../../testkit/released-version.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';
import { type S3Server, s3Environment, startS3, storeBytes } from '../../testkit/s3.ts';
import { digestOf } from '../core/reports/sample-reports.ts';

const NAME = 'acme/flights';
const STORE = 's3://models/m';
const STORED = { '0.1.0': digestOf('a'), '0.2.0': digestOf('b') };
/** The first one's artifact is not in the store. */
const DIGESTS = { '0.0.9': digestOf('c'), ...STORED };
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
let runs: FinishedRuns;
let s3: S3Server;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-deploy-'));
  const { bin } = await ensurePythonEnvironment('demo');
  s3 = await startS3({ directory: path.join(root, 's3'), binary: path.join(bin, 'weed') });
  await s3.createBucket('models');
  for (const digest of Object.values(STORED)) {
    const key = `sha256/${digest.slice(7)}/model.onnx`;
    await storeBytes(s3, { store: STORE, key, bytes: Buffer.from('bytes') });
  }
  runs = await FinishedRuns.start();
  github = await startGitHub({ directory: path.join(root, 'github'), artifacts: runs.source });
  await github.createRepository(NAME);
  const clone = path.join(root, 'clone');
  await runGit(root, ['clone', '--quiet', github.cloneUrl(NAME, github.userToken('mona')), clone]);
  await runGit(clone, ['commit', '--quiet', '--allow-empty', '-m', 'start']);
  await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main']);
  await releaseAll(clone, NAME);
});

/** Registers all versions at the commit that a clone is at, each by a run of its release workflow. */
async function releaseAll(clone: string, repository: string): Promise<void> {
  const commit = await runGit(clone, ['rev-parse', 'HEAD']);
  for (const [version, digest] of Object.entries(DIGESTS)) {
    const artifact = { uri: `${STORE}/sha256/${digest.slice(7)}`, digest, sizeBytes: 5 };
    const image = { repository: 'registry.example/m', tag: version, digest: digestOf('9') };
    const release = { model: 'm', version, artifact, commit, image };
    const { message } = addRelease({ github, runs, repository }, release);
    await runGit(clone, ['tag', '--annotate', `m@v${version}`, '--cleanup=verbatim', '--message', message]);
  }
  await runGit(clone, ['push', '--quiet', 'origin', '--tags']);
}

afterAll(async () => {
  await github?.stop();
  await runs?.close();
  await s3?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

const KSERVE = '{ file: k8s/model.yaml, kind: InferenceService, name: m }';

/** A checked-out repository. */
async function workspaceWith(targets: string): Promise<string> {
  count += 1;
  const workspace = path.join(root, `workspace-${count}`);
  await mkdir(path.join(workspace, 'k8s'), { recursive: true });
  await writeFile(path.join(workspace, 'k8s/model.yaml'), MANIFEST);
  await writeFile(path.join(workspace, 'k8s/kustomization.yaml'), KUSTOMIZATION);
  await writeFile(path.join(workspace, 'tidegate.yaml'), config(targets));
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
    register: { store: "${STORE}" }
    image: { repository: registry.example/m }
    environments: [{ name: production, targets: [${targets}] }]
`;
}

function deploy(
  workspace: string,
  inputs: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<ActionRun> {
  return runActionSource('deploy-manifest', {
    workspace,
    temp: path.join(workspace, 'temp'),
    env: { ...s3Environment(s3), GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: NAME, ...env },
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

  it('checks without writing, and fails at the file that does not have the version', async () => {
    const workspace = await workspaceWith(KSERVE);
    const run = await deploy(workspace, { mode: 'check' });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('::error file=k8s/model.yaml::k8s/model.yaml does not have m v0.2.0 in production');
    expect(run.outputs.changed).toBe('true');
    expect(await manifestOf(workspace)).toBe(MANIFEST);
    const held = await deploy(workspace, { mode: 'check', 'model-version': '0.1.0' });
    expect(held.exitCode, held.stdout).toBe(0);
  });

  it('warns on the line of a setting that changes what the deployment does, in every mode of the workspace', async () => {
    const workspace = await workspaceWith(KSERVE);
    const file = path.join(workspace, 'k8s/model.yaml');
    await writeFile(file, MANIFEST.replace('  predictor:\n', '  predictor:\n    canaryTrafficPercent: 10\n'));
    const place = 'file=k8s/model.yaml,line=7,col=27';
    for (const mode of ['write', 'check']) {
      const run = await deploy(workspace, { mode });
      expect(run.exitCode, run.stdout).toBe(0);
      expect(run.stdout).toContain(`::warning ${place}::k8s/model.yaml:7: canaryTrafficPercent is set`);
    }
  });

  it.each(['../outside.yaml', '/etc/hostname', '.git/config'])(
    'refuses the target %s before it reads it',
    async (file) => {
      const run = await deploy(await workspaceWith(`{ file: ${file}, kind: InferenceService, name: m }`));
      expect(run.exitCode).toBe(1);
      expect(run.stdout).toContain('is not a path inside the repository');
    },
  );

  it('writes nothing through links, into .github or where one of several targets is missing', async () => {
    const cases = [
      { target: '{ file: k8s/link.yaml, kind: InferenceService, name: m }', says: 'symbolic link' },
      { target: '{ file: linked/model.yaml, kind: InferenceService, name: m }', says: 'symbolic link' },
      { target: '{ file: .github/workflows/x.yml, path: on }', says: 'is not a path inside the repository' },
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

  it.each([
    ['image-reference', `ghcr.io/org/m:1@${digestOf('9')}`],
    ['artifact-uri', 's3://models/other'],
    ['path', 'image'],
    ['kind', 'InferenceService'],
  ])('does not ignore the input %s, which needs a file', async (input, value) => {
    const workspace = await workspaceWith(KSERVE);
    const run = await deploy(workspace, { [input]: value });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(`the inputs ${input} need the input file`);
    expect(await manifestOf(workspace)).toBe(MANIFEST);
  });

  it('refuses versions that are not registered and artifacts that are not in the store', async () => {
    const workspace = await workspaceWith(KSERVE);
    const unknown = await deploy(workspace, { 'model-version': '9.9.9' });
    expect(unknown.stdout).toContain('m has no version 9.9.9. Use 0.2.0.');
    const gone = await deploy(workspace, { 'model-version': '0.0.9' });
    expect(gone.stdout).toContain('the artifact of v0.0.9 is not at');
    const environment = await deploy(workspace, { environment: 'prod' });
    expect(environment.stdout).toContain('environment "prod" is not in tidegate.yaml');
    expect(await manifestOf(workspace)).toBe(MANIFEST);
  });
});

describe('deploy-manifest onto GitHub', () => {
  /** What an action of a workflow on a branch has: its workspace is only where the config comes from. */
  async function remote(name: string) {
    const repository = `acme/${name}`;
    await github.createRepository(repository);
    const clone = path.join(root, name);
    const token = github.userToken('mona');
    await runGit(root, ['clone', '--quiet', '--no-tags', github.cloneUrl(NAME, token), clone]);
    await runGit(clone, ['remote', 'set-url', 'origin', github.cloneUrl(repository, token)]);
    const workspace = await workspaceWith(KSERVE);
    await cp(path.join(workspace, 'k8s'), path.join(clone, 'k8s'), { recursive: true });
    await chmod(path.join(clone, 'k8s/model.yaml'), 0o755);
    const push = async (branch: string, file: string, text: string) => {
      await runGit(clone, ['fetch', '--quiet', 'origin']);
      const known = await runGit(clone, ['branch', '--remotes', '--list', `origin/${branch}`]);
      if (known !== '') await runGit(clone, ['reset', '--quiet', '--hard', `origin/${branch}`]);
      await writeFile(path.join(clone, file), text);
      await runGit(clone, ['add', '--all']);
      await runGit(clone, ['commit', '--quiet', '-m', `change ${file}`]);
      await runGit(clone, ['push', '--quiet', 'origin', `HEAD:${branch}`]);
    };
    await push('main', 'README.md', 'a repository\n');
    await releaseAll(clone, repository);
    const env = {
      GITHUB_REPOSITORY: repository,
      GITHUB_EVENT_NAME: 'push',
      GITHUB_REF_TYPE: 'branch',
      GITHUB_REF_NAME: 'main',
    };
    const run = (
      mode: string,
      inputs: Readonly<Record<string, string>> = {},
      more: Readonly<Record<string, string>> = {},
    ) => deploy(workspace, { mode, ...inputs }, { ...env, ...more });
    const show = async (what: string) => {
      await runGit(clone, ['fetch', '--quiet', '--prune', 'origin']);
      return runGit(clone, ['show', what]);
    };
    const { pulls } = getOctokit(token, { baseUrl: github.apiUrl }).rest;
    const all = async () => (await pulls.list({ owner: 'acme', repo: name, state: 'all' })).data;
    const close = (number: number) => pulls.update({ owner: 'acme', repo: name, pull_number: number, state: 'closed' });
    const merge = (number: number) => pulls.merge({ owner: 'acme', repo: name, pull_number: number });
    return { workspace, push, run, show, all, close, merge };
  }
  const eventOf = (repository: string, ref: string) =>
    JSON.stringify({ pull_request: { head: { ref, repo: { full_name: repository } } } });
  const promoted = MANIFEST.replace('a'.repeat(64), 'b'.repeat(64)).trimEnd();

  it('commits one file to the branch as it is now, keeps its mode, and commits nothing a second time', async () => {
    const there = await remote('by-commit');
    await there.push('main', 'NEWS.md', 'pushed after the checkout\n');
    const run = await there.run('commit');
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs).toMatchObject({
      changed: 'true',
      'changed-files': 'k8s/model.yaml',
      'pull-request-number': '',
    });
    expect(await there.show('origin/main:k8s/model.yaml')).toBe(promoted);
    expect(await there.show('origin/main:NEWS.md')).toBe('pushed after the checkout');
    const commit = await there.show('origin/main');
    expect(commit).toContain('Promote m v0.2.0 to production');
    expect(commit.match(/^[+-][^+-].*/gm)).toHaveLength(2);
    expect(commit).not.toContain('old mode');
    expect(await manifestOf(there.workspace)).toBe(MANIFEST);
    const again = await there.run('commit');
    expect(again.outputs.changed).toBe('false');
    expect(await there.show('origin/main')).toBe(commit);
  });

  it('commits to no branch that is not the run’s own', async () => {
    const there = await remote('not-ours');
    const target = await there.run('commit', {}, { GITHUB_EVENT_NAME: 'pull_request_target', GITHUB_HEAD_REF: 'main' });
    expect(target.stdout).toContain('mode: commit is not possible under the event pull_request_target');
    const event = path.join(there.workspace, 'event.json');
    const underPull = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: event, GITHUB_HEAD_REF: 'main' };
    await writeFile(event, eventOf('mallory/not-ours', 'main'));
    expect((await there.run('commit', {}, underPull)).stdout).toContain('not possible under a pull request of a fork');
    await writeFile(event, eventOf('acme/not-ours', 'gone'));
    expect((await there.run('commit', {}, underPull)).stdout).toContain('this repository has no branch gone');
    expect(await there.show('origin/main:k8s/model.yaml')).toBe(MANIFEST.trimEnd());
  });

  it('keeps one pull request: the same version changes nothing, another rewrites it, a person’s commit is left', async () => {
    const there = await remote('by-pull-request');
    const first = await there.run('pull-request', { 'model-version': '0.2.0' });
    expect(first.exitCode, first.stdout).toBe(0);
    const [opened] = await there.all();
    expect(first.outputs['pull-request-number']).toBe(String(opened?.number));
    expect(opened).toMatchObject({ title: 'Promote m v0.2.0 to production', state: 'open' });
    expect(opened?.body).toContain('instead of v0.1.0');
    // No one answers commands where there is no bot.
    expect(opened?.body).not.toContain('/tidegate');
    expect(await there.show('origin/tidegate/deploy/m/production:k8s/model.yaml')).toBe(promoted);
    const same = await there.run('pull-request');
    expect(same.stdout).toContain(`#${opened?.number} already proposes this`);
    await there.push('tidegate/deploy/m/production', 'k8s/note.md', 'a person was here\n');
    const left = await there.run('pull-request');
    expect(left.stdout).toContain('was changed by a person: not updated');
    expect(await there.show('origin/tidegate/deploy/m/production:k8s/note.md')).toBe('a person was here');
    await there.merge(opened?.number ?? 0);
    const back = await there.run('pull-request', { 'model-version': '0.1.0' });
    expect(back.exitCode, back.stdout).toBe(0);
    expect((await there.all()).map(({ title, state }) => `${title}: ${state}`)).toEqual([
      'Promote m v0.1.0 to production: open',
      'Promote m v0.2.0 to production: closed',
    ]);
    const now = await there.run('pull-request', { 'model-version': '0.2.0' });
    expect(now.stdout).toContain('the default branch has it');
    expect((await there.all())[0]?.state).toBe('closed');
    expect(github.violations).toEqual([]);
  });

  it('takes a closed pull request for a no to that version', async () => {
    const there = await remote('declined');
    const first = await there.run('pull-request');
    await there.close(Number(first.outputs['pull-request-number']));
    const again = await there.run('pull-request');
    expect(again.exitCode, again.stdout).toBe(0);
    expect(again.stdout).toContain('was closed unmerged: reopen it to ask again');
    expect(again.outputs).toMatchObject({ changed: 'true', 'pull-request-number': '' });
    expect(await there.all()).toHaveLength(1);
  });
});
