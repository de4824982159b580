import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { S3ObjectStore } from '../../core/adapters/aws/s3-object-store.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { parseVersionTagMessage } from '../../core/reports/version-tag-line.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { runGit } from '../../testkit/git-client.ts';
import { FinishedRuns, finishedJob } from '../../testkit/github/finished-runs.ts';
import type { RunningGitHub } from '../../testkit/github/github-options.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import type { WorkflowRun } from '../../testkit/github/state.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';
import { type S3Server, s3Environment, startS3 } from '../../testkit/s3.ts';
import { WriteCounter } from '../../testkit/write-proxy.ts';
import { createZip } from '../../testkit/zip.ts';
import { SAMPLE_REPORTS } from '../core/reports/sample-reports.ts';

/** The model that the projects register. */
export const MODEL = 'flight-delay';

/** `sha256:<hex>` of a text. */
export const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** What register talks to: a forge and an S3 server, with everything it writes counted on the way. */
export class RegisterWorld {
  readonly root: string;
  readonly s3: S3Server;
  readonly github: RunningGitHub;
  readonly runs: FinishedRuns;
  readonly writes: WriteCounter;
  readonly ports: { readonly s3: number; readonly api: number };
  readonly #closing: readonly (() => Promise<void>)[];

  private constructor(parts: Omit<RegisterWorld, 'project' | 'stop'>, closing: readonly (() => Promise<void>)[]) {
    this.root = parts.root;
    this.s3 = parts.s3;
    this.github = parts.github;
    this.runs = parts.runs;
    this.writes = parts.writes;
    this.ports = parts.ports;
    this.#closing = closing;
  }

  static async start(): Promise<RegisterWorld> {
    const { bin } = await ensurePythonEnvironment('demo');
    const root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-register-'));
    const s3 = await startS3({ directory: path.join(root, 's3'), binary: path.join(bin, 'weed') });
    await s3.createBucket('models');
    const runs = await FinishedRuns.start();
    const github = await startGitHub({ directory: path.join(root, 'github'), artifacts: runs.source });
    const writes = new WriteCounter();
    const [toS3, toApi] = [await writes.before(Number(new URL(s3.endpoint).port)), await writes.before(github.port)];
    const closing = [toS3.close, toApi.close, () => github.stop(), runs.close, () => s3.stop()];
    return new RegisterWorld({ root, s3, github, runs, writes, ports: { s3: toS3.port, api: toApi.port } }, closing);
  }

  async stop(): Promise<void> {
    for (const close of this.#closing) await close();
    await rm(this.root, { recursive: true, force: true });
  }

  /** A repository on the forge with one commit, a clone of it, and a store of its own. */
  project(): Promise<Project> {
    return Project.create(this);
  }
}

/** A repository on the forge with one commit, a clone of it, and a store of its own. */
export class Project {
  readonly name = `acme/p-${randomUUID().slice(0, 8)}`;
  readonly world: RegisterWorld;
  readonly folder: string;
  readonly clone: string;
  readonly storeUri = `s3://models/${this.name.slice(5)}`;
  /** Its first commit. */
  commit = '';

  private constructor(world: RegisterWorld) {
    this.world = world;
    this.folder = path.join(world.root, this.name.slice(5));
    this.clone = path.join(this.folder, 'clone');
  }

  static async create(world: RegisterWorld): Promise<Project> {
    const { github } = world;
    const project = new Project(world);
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

  /** A run of the release workflow for a push to main, which has come to its register job. */
  startRun(commit = this.commit): WorkflowRun {
    const { github, runs } = this.world;
    const facts = { name: 'model-release', event: 'push', headBranch: 'main', headSha: commit };
    return runs.addRun(github, this.name, { ...facts, status: 'in_progress', conclusion: null });
  }

  /**
   * Runs register on an artifact, with the reports as the steps before leave them. Where it succeeds, its run does, with
   * the document that register wrote among what it uploaded.
   */
  async register(artifact: string, options: RegisterOptions = {}): Promise<ActionRun> {
    const run = options.of ?? this.startRun(options.commit);
    const startedAt = this.world.github.state.now();
    const made = await this.#runRegister(artifact, { ...options, of: run });
    if (made.exitCode === 0) await this.#finish(run, { startedAt, report: made.outputs['report-path'] ?? '' });
    return made;
  }

  async #finish(run: WorkflowRun, { startedAt, report }: { startedAt: string; report: string }): Promise<void> {
    const { github, runs } = this.world;
    const zip = createZip([{ name: 'model-version.json', content: await readFile(report, 'utf8') }]);
    const name = `tidegate-${MODEL}-${run.attempt}-version`;
    if (!runs.source.list(this.name, run.id).some((one) => one.name === name)) {
      runs.addArtifact(github, { repository: this.name, id: run.id }, { name, zip });
    }
    run.jobs.push(finishedJob(github, 'register', startedAt, github.state.now()));
    run.status = 'completed';
    run.conclusion = 'success';
  }

  async #runRegister(artifact: string, options: RegisterOptions & { readonly of: WorkflowRun }): Promise<ActionRun> {
    const { s3, github, ports } = this.world;
    const temp = path.join(this.folder, randomUUID());
    const reports = path.join(temp, 'tidegate', MODEL);
    await mkdir(path.join(reports, 'model', 'artifact'), { recursive: true });
    await writeFile(path.join(reports, 'model', 'artifact', 'model.onnx'), artifact);
    const { evaluation, run, profile } = reportsOf(artifact);
    await writeFile(path.join(reports, 'evaluation.json'), JSON.stringify({ ...evaluation, ...options.evaluation }));
    await writeFile(path.join(reports, 'run.json'), JSON.stringify({ ...run, ...options.run }));
    await writeFile(path.join(reports, 'profile.json'), JSON.stringify(profile));
    const env = {
      ...s3Environment(s3),
      AWS_ENDPOINT_URL: `http://127.0.0.1:${ports.s3}`,
      GITHUB_API_URL: `http://127.0.0.1:${ports.api}/api/v3`,
      GITHUB_REPOSITORY: this.name,
      GITHUB_SHA: options.commit ?? this.commit,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_WORKFLOW_REF: `${this.name}/.github/workflows/model-release.yml@refs/heads/main`,
      GITHUB_RUN_ID: String(options.of.id),
      ...options.env,
    };
    const inputs = { 'github-token': github.userToken('mona'), ...options.inputs };
    const onStart = options.onStart === undefined ? {} : { onStart: options.onStart };
    return runActionSource('register', { workspace: this.clone, temp, env, inputs, ...onStart });
  }

  store(): S3ObjectStore {
    return new S3ObjectStore(this.storeUri, { env: s3Environment(this.world.s3) });
  }

  async tags(): Promise<readonly string[]> {
    await runGit(this.clone, ['fetch', '--quiet', '--tags', '--prune', 'origin', '+refs/tags/*:refs/tags/*']);
    return (await runGit(this.clone, ['tag', '--list'])).split('\n').filter((tag) => tag !== '');
  }

  async tagLine(tag: string) {
    return parseVersionTagMessage(await runGit(this.clone, ['tag', '--list', '--format=%(contents)', tag]));
  }
}

/** What a registration differs in. */
export interface RegisterOptions {
  readonly commit?: string;
  /** The run whose register job it is. Default: one of its own. */
  readonly of?: WorkflowRun;
  readonly evaluation?: object;
  readonly run?: object;
  readonly env?: Readonly<Record<string, string>>;
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
  const inputsDigest = sha256(`inputs of ${artifact}`);
  return {
    evaluation: { ...evaluation, verdict: 'pass' as const, candidate: size, inputsDigest },
    run: { ...run, inputsDigest, artifact: { path: 'model.onnx', ...size } },
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
export async function expectComplete(project: Project, tag: string, artifact: string): Promise<void> {
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
export async function expectRegistered(project: Project, version: string, artifact: string): Promise<void> {
  await expectComplete(project, `${MODEL}@v${version}`, artifact);
  const store = project.store();
  const copy = await textOf(store, `v${version}/model-version.json`);
  expect(readReport('model-version', Buffer.from(copy ?? ''), 'copy')).toMatchObject({
    version,
    artifact: { digest: sha256(artifact) },
  });
  const line = await project.tagLine(`${MODEL}@v${version}`);
  const run = await textOf(store, `runs/${sha256(`inputs of ${artifact}`).slice(7)}/${sha256(artifact).slice(7)}.json`);
  expect(sha256(run ?? 'missing')).toBe(line?.documents.run?.digest);
}
