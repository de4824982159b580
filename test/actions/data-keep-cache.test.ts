import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { startResultsService } from '../../testkit/results-service.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';
import { type S3Server, startS3 } from '../../testkit/s3.ts';

const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: model.bin
    train: { stages: [train] }
    data: { label: y }
    evaluate: { dataset: large.bin, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }] }
`;
const PIPELINE = 'stages:\n  train: { cmd: cp large.bin model.bin, deps: [large.bin, folder], outs: [model.bin] }\n';
const TARGETS = 'large.bin\nagain.bin\nfolder';
const LARGE_BYTES = 40 << 20;
const large = randomBytes(LARGE_BYTES);
/** In the folder, of all sizes that are taken in different ways; two have the same bytes. */
const FOLDER = {
  empty: Buffer.alloc(0),
  small: large.subarray(0, 3000),
  'same/small': large.subarray(0, 3000),
  middle: large.subarray(5, 900_000),
};

let s3: S3Server;
let root: string;
let origin: DvcRepository;
let env: Record<string, string>;
let count = 0;

beforeAll(async () => {
  const { bin } = await ensurePythonEnvironment('demo');
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-keep-'));
  s3 = await startS3({ directory: path.join(root, 's3'), binary: path.join(bin, 'weed') });
  await s3.createBucket('data');
  env = { AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey };
  origin = await DvcRepository.create(path.join(root, 'origin'), env);
  await origin.dvc('remote', 'add', '--default', 'storage', 's3://data/dvc');
  await origin.dvc('remote', 'modify', 'storage', 'endpointurl', s3.endpoint);
  await origin.dvc('remote', 'modify', 'storage', 'region', 'us-east-1');
  await origin.write({ 'tidegate.yaml': CONFIG, 'dvc.yaml': PIPELINE, 'large.bin': 'an older one' });
  await origin.dvc('add', '--quiet', 'large.bin');
  await origin.dvc('push', '--quiet');
  await origin.commit('older');
  const files = Object.entries(FOLDER).map(([name, bytes]) => [`folder/${name}`, bytes] as const);
  await origin.write({ ...Object.fromEntries(files), 'large.bin': large, 'again.bin': large });
  await origin.dvc('add', '--quiet', 'large.bin', 'again.bin', 'folder');
  const pointer = path.join(origin.folder, 'again.bin.dvc');
  await writeFile(pointer, (await readFile(pointer, 'utf8')).replace('  hash: md5', '  isexec: true\n  hash: md5'));
  await origin.dvc('push', '--quiet');
  await origin.commit('data');
}, 240_000);

afterAll(async () => {
  await s3?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

/** A new clone, and pulls into it. */
async function freshClone() {
  count += 1;
  const place = path.join(root, `clone-${count}`);
  const clone = await origin.clone(path.join(place, 'repository'));
  const options = { workspace: clone.folder, temp: path.join(place, 'temp') };
  const pull = (inputs: Record<string, string>, more: { env?: Record<string, string>; onStart?: Kill } = {}) =>
    runActionSource('data-pull', { ...options, inputs, ...more, env: { ...env, ...more.env } });
  return { clone, options, pull, file: (name: string) => path.join(clone.folder, name) };
}

type Kill = (child: { kill(signal: NodeJS.Signals): boolean }) => void;

/** Objects that DVC's cache holds, other than lists of folders. */
async function objectsIn(clone: DvcRepository): Promise<readonly string[]> {
  const folder = path.join(clone.folder, '.dvc/cache');
  if (!existsSync(folder)) return [];
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile() && !one.name.endsWith('.dir')).map(({ name }) => name);
}

async function expectWhole(clone: DvcRepository): Promise<void> {
  for (const name of ['large.bin', 'again.bin']) {
    expect((await readFile(path.join(clone.folder, name))).equals(large), name).toBe(true);
  }
  expect((await stat(path.join(clone.folder, 'again.bin'))).mode & 0o777).toBe(0o744);
  expect((await stat(path.join(clone.folder, 'large.bin'))).mode & 0o777).toBe(0o644);
  for (const [name, bytes] of Object.entries(FOLDER)) {
    expect((await readFile(path.join(clone.folder, 'folder', name))).equals(bytes), name).toBe(true);
  }
  // All that the real dvc finds amiss, if anything, is that its cache lacks objects.
  expect(await clone.git('status', '--porcelain')).toBe('');
  expect(JSON.parse(await clone.dvc('data', 'status', '--json'))).not.toHaveProperty('uncommitted');
}

const outputs = (run: ActionRun) => {
  expect(run.exitCode, run.stdout).toBe(0);
  return run.outputs;
};

describe('data-pull with keep-cache', () => {
  it('false: makes the same files, keeps no object, and the next pull fetches nothing', async () => {
    const kept = await freshClone();
    const expected = outputs(await kept.pull({ targets: TARGETS, 'keep-cache': 'true' }));
    await expectWhole(kept.clone);
    expect(await objectsIn(kept.clone)).toHaveLength(4);
    const { clone, pull } = await freshClone();
    const pulled = await pull({ targets: TARGETS, 'keep-cache': 'false' });
    expect(pulled.stdout).toContain("are not kept in DVC's cache: keep-cache is false");
    expect(outputs(pulled)).toMatchObject({ ...expected, 'report-path': expect.any(String) });
    await expectWhole(clone);
    expect(await objectsIn(clone)).toEqual([]);
    const again = outputs(await pull({ targets: TARGETS, 'keep-cache': 'true' }));
    expect(again).toMatchObject({ 'files-downloaded': '0', 'dataset-digest': expected['dataset-digest'] });
  });

  it('auto: keeps none for judging without an Actions cache, and all where a stage may run', async () => {
    const judging = await freshClone();
    const judged = await judging.pull({ for: 'judge' });
    expect(judged.stdout).toContain('the job has no Actions cache and the data are for judging');
    expect(outputs(judged)['files-downloaded']).toBe('1');
    expect(await objectsIn(judging.clone)).toEqual([]);
    const selfHosted = await freshClone();
    await selfHosted.pull({ for: 'judge' }, { env: { RUNNER_ENVIRONMENT: 'self-hosted' } });
    expect(await objectsIn(selfHosted.clone)).toHaveLength(1);
    const training = await freshClone();
    expect((await training.pull({})).stdout).toContain('the repository has stages, which may run in this job');
    expect(await objectsIn(training.clone)).toHaveLength(4);
    expect(await training.clone.dvc('status', 'large.bin.dvc')).toContain('up to date');
  });

  it('auto: keeps all where the Actions cache takes it', async () => {
    const results = await startResultsService({ directory: path.join(root, 'results') });
    try {
      const claims = { repository: 'o/r', runId: 1, jobId: 'j', cacheScopes: ['refs/heads/main'], mayWriteCache: true };
      const { clone, pull } = await freshClone();
      await pull({ for: 'judge' }, { env: results.environment(claims) });
      expect(await objectsIn(clone)).toHaveLength(1);
      expect(results.cacheKeys('o/r')).toHaveLength(1);
      const other = await freshClone();
      await other.pull({ for: 'judge', 'keep-cache': 'false' }, { env: results.environment(claims) });
      expect(await objectsIn(other.clone)).toEqual([]);
    } finally {
      await results.stop();
    }
  });

  it('false: replaces what an earlier pull put there, and never what was changed by hand', async () => {
    const { clone, pull, file } = await freshClone();
    await clone.git('checkout', '--quiet', 'HEAD~1');
    outputs(await pull({ targets: 'large.bin', 'keep-cache': 'false' }));
    expect(await readFile(file('large.bin'), 'utf8')).toBe('an older one');
    await clone.git('checkout', '--quiet', 'main');
    outputs(await pull({ targets: TARGETS, 'keep-cache': 'false' }));
    await expectWhole(clone);
    await writeFile(file('large.bin'), 'changed by hand');
    const refused = await pull({ targets: TARGETS, 'keep-cache': 'false' });
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('large.bin changed and have no other copy');
    expect(await readFile(file('large.bin'), 'utf8')).toBe('changed by hand');
  });

  it('false: train and data-push find the files to be what the pointers say', async () => {
    const { clone, pull, options, file } = await freshClone();
    outputs(await pull({ 'keep-cache': 'false' }));
    const trained = await runActionSource('train', { ...options, env });
    expect(trained.exitCode, trained.stdout).toBe(0);
    expect((await readFile(file('model.bin'))).equals(large)).toBe(true);
    const pushed = await runActionSource('data-push', { ...options, env, inputs: { targets: 'large.bin\nfolder' } });
    expect(outputs(pushed)).toMatchObject({ 'files-uploaded': '0', 'changed-files': 'dvc.lock' });
    expect(await clone.dvc('status', 'large.bin.dvc', 'folder.dvc', 'train')).toContain('up to date');
  });

  it('false: a kill -9 at 8 moments leaves no wrong file, and the next run completes it', async () => {
    const { clone, pull, file } = await freshClone();
    for (let kill = 0; kill < 8; kill += 1) {
      const onStart: Kill = (child) => void setTimeout(() => child.kill('SIGKILL'), 250 + kill * 130);
      await pull({ targets: TARGETS, 'keep-cache': 'false' }, { onStart });
      for (const name of ['large.bin', 'again.bin']) {
        if (existsSync(file(name))) expect((await readFile(file(name))).equals(large)).toBe(true);
        await rm(file(name), { force: true });
      }
    }
    outputs(await pull({ targets: TARGETS, 'keep-cache': 'false' }));
    await expectWhole(clone);
  });
});
