import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningBot, startBot } from '../../bot/server.ts';
import { fillWorkflows } from '../../cli/init/fill-workflows.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { type Forge, startForge } from '../../testkit/forge.ts';
import { runGit } from '../../testkit/git-client.ts';
import { writePython, writeTeam } from './delay-team.ts';
import { ForgeClone } from './forge-clone.ts';

const NAME = 'acme/delay';

const PIPELINE = `stages:
  prepare:
    cmd: mkdir -p prepared && cp which.txt prepared/which.txt && cp params.yaml prepared/
    deps: [which.txt]
    outs: [prepared]
  train:
    cmd: sh train.sh
    deps: [prepared, train.sh]
    params: [depth]
    outs: [model/model.onnx]
    metrics: [metrics.json: { cache: false }]
`;
const TRAIN =
  'mkdir -p model && cp "$(cat prepared/which.txt)" model/model.onnx && echo "{\\"rows\\": 4000}" > metrics.json\n';
const config = (folder: string) => `version: 1
models:
  delay:
    task: binary-classification
    artifact: model/model.onnx
    train: { stages: [train], record: true }
    data: { label: late, time: date, features: [a, b] }
    evaluate: { dataset: test.csv }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }, { metric: roc_auc, max-regression: 0.01 }] }
    register: { store: "${folder}/store" }
`;

let folder: string;
let forge: Forge;
let bot: RunningBot;
let team: ForgeClone;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-record-'));
  const pythonBin = await writePython(path.join(folder, 'bin'));
  forge = await startForge({ directory: path.join(folder, 'forge'), pythonBin, isSelfHosted: true });
  await forge.createRepository(NAME);
  const webhookSecret = randomBytes(24).toString('hex');
  const app = { appId: forge.appId, privateKey: forge.appPrivateKey, webhookSecret, apiUrl: forge.apiUrl };
  bot = await startBot({ ...app, host: '127.0.0.1', port: 0, sweepIntervalMs: 3_600_000, isPaced: false }, 'fatal');
  forge.webhook({ url: `${bot.url}/api/github/webhooks`, secret: webhookSecret, isBusy: () => bot.isBusy });
  team = await ForgeClone.create(forge, NAME, path.join(folder, 'clone'));
  await mkdir(path.join(folder, 'remote'));
  await writeTeam(team.folder, {
    'tidegate.yaml': config(folder),
    'dvc.yaml': PIPELINE,
    'params.yaml': 'depth: 3\n',
    'train.sh': TRAIN,
    '.gitignore': '/model\n/prepared\n',
    '.dvc/config': `[core]\n    remote = storage\n['remote "storage"']\n    url = ${folder}/remote\n`,
    '.dvc/.gitignore': '/config.local\n/tmp\n/cache\n',
  });
  await fillWorkflows(team.folder, { model: 'delay', branch: 'main', update: undefined, watch: false });
  await team.push('main', {});
}, 180_000);

afterAll(async () => {
  await bot?.stop();
  await forge?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function pulls() {
  return (await team.rest.pulls.list({ ...team.repository, state: 'open' })).data;
}

async function lastRelease() {
  const { runs, tags } = await forge.snapshot(NAME);
  const run = runs.findLast(({ name }) => name.startsWith('model-release'));
  const log = run?.jobs.map((job) => job.log).join('\n') ?? 'no run';
  const jobs = Object.fromEntries(run?.jobs.map(({ key, conclusion }) => [key, conclusion]) ?? []);
  return { log, jobs, tags: tags.map(({ name }) => name) };
}

async function objectsOnRemote(): Promise<number> {
  const found = await readdir(path.join(folder, 'remote'), { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).length;
}

/** A fresh clone of main, with the real DVC. */
async function freshClone(name: string): Promise<DvcRepository> {
  const directory = path.join(folder, name);
  await runGit(folder, ['clone', '--quiet', forge.cloneUrl(NAME, forge.userToken('mona')), directory]);
  return DvcRepository.open(directory);
}

const ALL = { train: 'success', judge: 'success', record: 'success', register: 'success' };

describe('a model that CI trains, with train.record', { timeout: 300_000 }, () => {
  it('is pushed to the DVC remote before it is a version, and gets one pull request', async () => {
    const { jobs, log, tags } = await lastRelease();
    expect(jobs, log).toEqual(ALL);
    expect(tags).toEqual(['delay@v0.1.0']);
    // The folder's list and its two files, and the model.
    expect(await objectsOnRemote()).toBe(4);
    const open = await pulls();
    expect(open.map(({ title }) => title)).toEqual(['Record what delay v0.1.0 was trained on']);
    const files = await team.rest.pulls.listFiles({ ...team.repository, pull_number: open[0]?.number ?? 0 });
    expect(files.data.map(({ filename }) => filename)).toEqual(['dvc.lock', 'metrics.json']);
  });

  it('passes the gate in this pull request with the bytes of the champion', async () => {
    const { runs, pullRequests } = await forge.snapshot(NAME);
    const run = runs.findLast(({ event }) => event === 'pull_request');
    const log = run?.jobs.map((job) => job.log).join('\n');
    const checks = pullRequests.at(-1)?.checks.map(({ name, conclusion }) => [name, conclusion]);
    expect(Object.fromEntries(checks ?? []), log).toMatchObject({ train: 'success', tidegate: 'success' });
  });

  it('gives the registered bytes by dvc pull on main after the merge, with a clean dvc status', async () => {
    const [open] = await pulls();
    await team.merge(open?.number ?? 0);
    const clone = await freshClone('first');
    await clone.dvc('pull');
    expect(await readFile(path.join(clone.folder, 'model/model.onnx'))).toEqual(
      await readFile(path.join(team.folder, 'poor.onnx')),
    );
    expect(await clone.dvc('status')).toContain('Data and pipelines are up to date.');
    expect(await clone.git('status', '--porcelain')).toBe('');
    // Written as DVC writes it.
    await clone.dvc('repro');
    expect(await clone.git('status', '--porcelain')).toBe('');
  });

  it('registers no new version by that merge, and pushes nothing', async () => {
    const { jobs, log, tags } = await lastRelease();
    expect(jobs, log).toEqual({ ...ALL, record: 'skipped' });
    expect(tags).toEqual(['delay@v0.1.0']);
    expect(await pulls()).toEqual([]);
    expect(await objectsOnRemote()).toBe(4);
  });

  it('comes back again when a change is released', async () => {
    const { number, log, conclusions } = await team.propose('better', { 'which.txt': 'good.onnx\n' });
    expect(conclusions, log).toMatchObject({ tidegate: 'success' });
    await team.merge(number);
    const release = await lastRelease();
    expect(release.jobs, release.log).toEqual(ALL);
    const [open, ...others] = await pulls();
    expect([open?.title, others]).toEqual(['Record what delay v0.1.1 was trained on', []]);
    await team.merge(open?.number ?? 0);
    const clone = await freshClone('second');
    await clone.dvc('pull');
    expect(await clone.dvc('status')).toContain('Data and pipelines are up to date.');
    expect(await readFile(path.join(clone.folder, 'model/model.onnx'))).toEqual(
      await readFile(path.join(team.folder, 'good.onnx')),
    );
  });

  it('asked for nothing that GitHub does not describe', () => expect(forge.violations).toEqual([]));
});
