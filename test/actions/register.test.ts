import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3ObjectStore } from '../../core/adapters/aws/s3-object-store.ts';
import { textContent } from '../../core/domain/model/text-content.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { parseVersionTagMessage } from '../../core/reports/version-tag-line.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { SAMPLE_REPORTS } from '../core/reports/sample-reports.ts';
import { runGit } from '../testkit/git-client.ts';
import type { RunningGitHub } from '../testkit/github/github-options.ts';
import { startGitHub } from '../testkit/github/start-github.ts';
import { hostEnvironment } from '../testkit/host-environment.ts';
import { type ActionRun, runActionSource } from '../testkit/run-action.ts';
import { runProgram } from '../testkit/run-program.ts';
import { type S3Server, startS3 } from '../testkit/s3.ts';
import { WriteCounter } from '../testkit/write-proxy.ts';

const MODEL = 'flight-delay';
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

let root: string;
let s3: S3Server;
let github: RunningGitHub;
let gto: string;
const writes = new WriteCounter();
const ports = { s3: 0, api: 0 };
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const { bin } = await ensurePythonEnvironment('demo');
  gto = path.join((await ensurePythonEnvironment('checks')).bin, 'gto');
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-register-'));
  s3 = await startS3({ directory: path.join(root, 's3'), binary: path.join(bin, 'weed') });
  await s3.createBucket('models');
  github = await startGitHub({ directory: path.join(root, 'github') });
  const [toS3, toApi] = [await writes.before(Number(new URL(s3.endpoint).port)), await writes.before(github.port)];
  Object.assign(ports, { s3: toS3.port, api: toApi.port });
  closing.push(toS3.close, toApi.close);
});

afterAll(async () => {
  for (const close of closing) await close();
  await github?.stop();
  await s3?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

/** A repository on the forge with one commit, a clone of it, and a store of its own. */
class Project {
  readonly name = `acme/p-${randomUUID().slice(0, 8)}`;
  readonly folder = path.join(root, this.name.slice(5));
  readonly clone = path.join(this.folder, 'clone');
  readonly storeUri = `s3://models/${this.name.slice(5)}`;
  commit = '';

  static async create(): Promise<Project> {
    const project = new Project();
    await github.createRepository(project.name);
    await mkdir(project.folder, { recursive: true });
    await runGit(project.folder, [
      'clone',
      '--quiet',
      github.cloneUrl(project.name, github.userToken('mona')),
      'clone',
    ]);
    await writeFile(path.join(project.clone, 'tidegate.yaml'), config(project.storeUri));
    await runGit(project.clone, ['add', '.']);
    project.commit = await project.push('main');
    return project;
  }

  /** One more commit on a branch. */
  async push(branch: string): Promise<string> {
    await runGit(this.clone, ['commit', '--quiet', '--allow-empty', '-m', branch]);
    await runGit(this.clone, ['push', '--quiet', 'origin', `HEAD:${branch}`]);
    return runGit(this.clone, ['rev-parse', 'HEAD']);
  }

  /** Runs register on an artifact, with the reports as the steps before leave them. */
  async register(artifact: string, options: RegisterOptions = {}): Promise<ActionRun> {
    const temp = path.join(this.folder, randomUUID());
    const reports = path.join(temp, 'tidegate', MODEL);
    await mkdir(path.join(reports, 'artifact'), { recursive: true });
    await writeFile(path.join(reports, 'artifact', 'model.onnx'), artifact);
    const { evaluation, run, profile } = reportsOf(artifact);
    await writeFile(path.join(reports, 'evaluation.json'), JSON.stringify({ ...evaluation, ...options.evaluation }));
    await writeFile(path.join(reports, 'run.json'), JSON.stringify(run));
    await writeFile(path.join(reports, 'profile.json'), JSON.stringify(profile));
    const env = {
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${ports.s3}`,
      GITHUB_API_URL: `http://127.0.0.1:${ports.api}/api/v3`,
      GITHUB_REPOSITORY: this.name,
      GITHUB_SHA: options.commit ?? this.commit,
      GITHUB_RUN_ID: '42',
    };
    const inputs = { 'github-token': github.userToken('mona'), ...options.inputs };
    const onStart = options.onStart === undefined ? {} : { onStart: options.onStart };
    return runActionSource('register', { workspace: this.clone, temp, env, inputs, ...onStart });
  }

  store(): S3ObjectStore {
    const { accessKeyId, secretAccessKey, endpoint } = s3;
    const credentials = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    return new S3ObjectStore(this.storeUri, {
      env: { ...credentials, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: endpoint },
    });
  }

  async tags(): Promise<readonly string[]> {
    await runGit(this.clone, ['fetch', '--quiet', '--tags', '--prune', 'origin', '+refs/tags/*:refs/tags/*']);
    return (await runGit(this.clone, ['tag', '--list'])).split('\n').filter((tag) => tag !== '');
  }

  async tagLine(tag: string) {
    return parseVersionTagMessage(await runGit(this.clone, ['tag', '--list', '--format=%(contents)', tag]));
  }
}

interface RegisterOptions {
  readonly commit?: string;
  readonly evaluation?: object;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly onStart?: (child: { kill(signal: NodeJS.Signals): boolean }) => void;
}

function config(store: string): string {
  return `version: 1
models:
  ${MODEL}:
    task: binary-classification
    artifact: model.onnx
    data: { label: y, features: [a, b] }
    evaluate: { dataset: t.csv }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }] }
    register: { store: "${store}" }
`;
}

function reportsOf(artifact: string) {
  const digest = sha256(artifact);
  const { evaluation, run, profile } = SAMPLE_REPORTS;
  const size = { digest, sizeBytes: artifact.length };
  return {
    evaluation: { ...evaluation, verdict: 'pass' as const, candidate: size },
    run: { ...run, inputsDigest: sha256(`inputs of ${artifact}`), artifact: { path: 'model.onnx', ...size } },
    profile,
  };
}

async function textOf(store: S3ObjectStore, key: string): Promise<string | undefined> {
  const content = await store.open(key);
  if (content === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** No tag is without what it speaks of, and all of that has the digests that it says. */
async function expectComplete(project: Project, tag: string, artifact: string): Promise<void> {
  const line = await project.tagLine(tag);
  const store = project.store();
  expect(line?.artifact).toEqual({
    uri: `${project.storeUri}/sha256/${sha256(artifact).slice(7)}`,
    digest: sha256(artifact),
    sizeBytes: artifact.length,
  });
  expect(await textOf(store, `sha256/${sha256(artifact).slice(7)}/model.onnx`)).toBe(artifact);
  const documents = Object.entries(line?.documents ?? {});
  expect(documents.map(([kind]) => kind).sort()).toEqual(['evaluation', 'model-version', 'profile', 'run']);
  for (const [, document] of documents) {
    const { uri, digest } = { uri: '', digest: '', ...(document ?? {}) };
    expect(sha256((await textOf(store, uri.slice(project.storeUri.length + 1))) ?? 'missing')).toBe(digest);
  }
}

/** What a finished registration leaves: one tag, complete, the copy for people and the run by its inputs. */
async function expectRegistered(project: Project, version: string, artifact: string): Promise<void> {
  await expectComplete(project, `${MODEL}@v${version}`, artifact);
  const store = project.store();
  const copy = await textOf(store, `v${version}/model-version.json`);
  expect(readReport('model-version', Buffer.from(copy ?? ''), 'copy')).toMatchObject({
    version,
    artifact: { digest: sha256(artifact) },
  });
  const { inputsDigest } = reportsOf(artifact).run;
  expect(await textOf(store, `runs/${inputsDigest.slice(7)}.json`)).toContain(sha256(artifact));
}

describe('register', () => {
  it('registers the first version as 0.1.0, and the same bytes again as nothing new', async () => {
    const project = await Project.create();
    const first = await project.register('bytes');
    expect(first.exitCode, first.stdout).toBe(0);
    expect(first.outputs).toMatchObject({
      'model-name': MODEL,
      'model-version': '0.1.0',
      tag: `${MODEL}@v0.1.0`,
      created: 'true',
      'artifact-digest': sha256('bytes'),
      'artifact-uri': `${project.storeUri}/sha256/${sha256('bytes').slice(7)}`,
    });
    expect(first.summary).toContain('registered v0.1.0');
    expect(`${first.stdout}${first.stderr}`).not.toContain(s3.secretAccessKey);
    expect(await project.tags()).toEqual([`${MODEL}@v0.1.0`]);
    await expectRegistered(project, '0.1.0', 'bytes');
    const commit = await project.push('main');
    const again = await project.register('bytes', { commit });
    expect(again.outputs).toMatchObject({ 'model-version': '0.1.0', created: 'false' });
    expect(again.stdout).toContain('Nothing to register');
    expect(await project.tags()).toHaveLength(1);
    const report = readReport('model-version', await readFile(again.outputs['report-path'] ?? ''), 'report');
    expect(report.lineage.commit).toBe(project.commit);
    expect(github.violations).toEqual([]);
  });

  it('is read by GTO itself: versions, their order and their commits', async () => {
    const project = await Project.create();
    await project.register('one');
    const commit = await project.push('main');
    const second = await project.register('two', { commit });
    expect(second.outputs).toMatchObject({ 'model-version': '0.1.1', created: 'true' });
    const third = await project.register('three', { commit: await project.push('main'), inputs: { bump: 'major' } });
    expect(third.outputs).toMatchObject({ 'model-version': '1.0.0' });
    await project.tags();
    const env = { ...hostEnvironment(), HOME: root, PATH: `${path.dirname(gto)}:${hostEnvironment().PATH}` };
    const show = await runProgram(gto, ['show', MODEL, '--json', '-r', '.'], { cwd: project.clone, env });
    expect(show.exitCode, show.stderr).toBe(0);
    const shown = JSON.parse(show.stdout);
    expect(JSON.stringify(shown)).toContain('v1.0.0');
    const history = await runProgram(gto, ['history', MODEL, '--json', '-r', '.'], { cwd: project.clone, env });
    const events = JSON.parse(history.stdout).filter((event: { event: string }) => event.event === 'registration');
    expect(events.map((event: { version: string }) => event.version).sort()).toEqual(['v0.1.0', 'v0.1.1', 'v1.0.0']);
    expect(JSON.stringify(events)).toContain(commit.slice(0, 7));
  });

  it('makes one version of the same bytes registered twice at the same moment', async () => {
    const project = await Project.create();
    const runs = await Promise.all([project.register('bytes'), project.register('bytes')]);
    for (const { exitCode, stdout } of runs) expect(exitCode, stdout).toBe(0);
    expect(runs.map(({ outputs }) => outputs['model-version'])).toEqual(['0.1.0', '0.1.0']);
    expect(await project.tags()).toEqual([`${MODEL}@v0.1.0`]);
    await expectRegistered(project, '0.1.0', 'bytes');
  });

  it('makes two versions of two artifacts registered at the same moment from unrelated commits', async () => {
    const project = await Project.create();
    await runGit(project.clone, ['switch', '--quiet', '-c', 'side']);
    const side = await project.push('side');
    await runGit(project.clone, ['switch', '--quiet', 'main']);
    const main = await project.push('main');
    const artifacts = ['of main', 'of side'];
    const runs = await Promise.all([
      project.register('of main', { commit: main }),
      project.register('of side', { commit: side }),
    ]);
    for (const { exitCode, stdout, outputs } of runs) {
      expect(exitCode, stdout).toBe(0);
      expect(outputs.created).toBe('true');
    }
    expect(await project.tags()).toHaveLength(2);
    for (const [index, { outputs }] of runs.entries()) {
      await expectRegistered(project, outputs['model-version'] ?? '', artifacts[index] ?? '');
    }
  });

  it('registers nothing for a commit that the newest version already contains', async () => {
    const project = await Project.create();
    const old = project.commit;
    await project.register('new', { commit: await project.push('main') });
    const late = await project.register('old', { commit: old });
    expect(late.outputs).toMatchObject({ created: 'false', 'model-version': '0.1.0' });
    expect(late.stdout).toContain('from this commit or a later one');
  });

  it('is right at the next run, whichever write was its last when it was killed', async () => {
    const sizes: number[] = [];
    for (let last = 1; ; last++) {
      const project = await Project.create();
      const artifact = `killed at ${last}`;
      let kill = () => {};
      writes.arm(last, () => kill());
      const killed = await project.register(artifact, {
        onStart: (child) => (kill = () => void child.kill('SIGKILL')),
      });
      sizes.push(writes.count);
      writes.arm();
      const before = await project.tags();
      for (const tag of before) await expectComplete(project, tag, artifact);
      const next = await project.register(artifact);
      expect(next.exitCode, `after ${last} writes: ${next.stdout}`).toBe(0);
      expect(next.outputs).toMatchObject({ 'model-version': '0.1.0', created: String(before.length === 0) });
      expect(await project.tags()).toEqual([`${MODEL}@v0.1.0`]);
      await expectRegistered(project, '0.1.0', artifact);
      if (killed.exitCode === 0) break;
    }
    // The artifact, four documents, the tag and its ref, the copy for people, the run: all were killed at once.
    expect(sizes.length).toBeGreaterThanOrEqual(9);
  });

  it.each([
    { name: 'an evaluation of other bytes', evaluation: { candidate: { digest: sha256('other') } }, says: 'judged' },
    { name: 'a failed verdict', evaluation: { verdict: 'fail' }, says: 'the verdict is fail' },
    { name: 'an open verdict', evaluation: { verdict: 'inconclusive' }, says: 'the verdict is inconclusive' },
    { name: 'a report of another model', evaluation: { model: 'other' }, says: 'other' },
    { name: 'a report of a later version', evaluation: { schema: 'tidegate.dev/evaluation/v2' }, says: 'v2 of' },
  ])('refuses $name and writes nothing', async ({ evaluation, says }) => {
    const project = await Project.create();
    writes.arm();
    const run = await project.register('bytes', { evaluation });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(says);
    expect(run.stdout).not.toContain('    at ');
    expect(writes.count).toBe(0);
    expect(await project.tags()).toEqual([]);
  });

  it('registers an open verdict where the gate only warns', async () => {
    const project = await Project.create();
    const run = await project.register('bytes', { evaluation: { verdict: 'inconclusive', whenInconclusive: 'warn' } });
    expect(run.outputs).toMatchObject({ created: 'true' });
  });

  it('refuses a document of the store that is not what its name says', async () => {
    const project = await Project.create();
    await project.register('bytes');
    await project.tags();
    const digest = (await project.tagLine(`${MODEL}@v0.1.0`))?.documents['model-version']?.digest ?? '';
    await project.store().put(`documents/${digest.slice(7)}.json`, textContent('{}'), 'replace');
    const run = await project.register('bytes', { commit: await project.push('main') });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('has other bytes');
    expect(await project.tags()).toHaveLength(1);
  });

  it('refuses an artifact of the store that has other bytes under its digest', async () => {
    const project = await Project.create();
    await project.store().put(`sha256/${sha256('bytes').slice(7)}/model.onnx`, textContent('other bytes'), 'replace');
    const run = await project.register('bytes');
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('other bytes');
    expect(await project.tags()).toEqual([]);
  });
});
