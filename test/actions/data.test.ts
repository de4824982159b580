import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3ObjectStore } from '../../core/adapters/aws/s3-object-store.ts';
import { textContent } from '../../core/domain/model/text-content.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { startResultsService } from '../../testkit/results-service.ts';
import { type ActionRunOptions, runActionSource } from '../../testkit/run-action.ts';
import { type S3Server, startS3 } from '../../testkit/s3.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';

const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: model.bin
    train: { stages: [train] }
    data: { label: y }
    evaluate: { dataset: data/test.csv, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }] }
`;
const PIPELINE = `stages:
  train:
    cmd: cp data/train.csv model.bin
    deps: [data/train.csv, images]
    outs: [model.bin]
`;
const FILES = {
  'tidegate.yaml': CONFIG,
  'dvc.yaml': PIPELINE,
  'data/train.csv': 'a,y\n1,0\n',
  'data/test.csv': 'a,y\n2,1\n',
  'unrelated.bin': 'not for the model',
  'images/é "quoted".txt': 'é\n',
  'images/\u{1F600}': 'astral',
  'images/\uFF21': 'full width',
  'images/deep/er/x': 'x',
  'images/empty': '',
};

let s3: S3Server;
let root: string;
let origin: DvcRepository;
let env: Record<string, string>;
let count = 0;

beforeAll(async () => {
  const { bin } = await ensurePythonEnvironment('demo');
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-data-'));
  s3 = await startS3({ directory: path.join(root, 's3'), binary: path.join(bin, 'weed') });
  await s3.createBucket('data');
  env = { AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey };
  origin = await DvcRepository.create(path.join(root, 'origin'), env);
  await origin.dvc('remote', 'add', '--default', 'storage', 's3://data/dvc');
  await origin.dvc('remote', 'modify', 'storage', 'endpointurl', s3.endpoint);
  await origin.dvc('remote', 'modify', 'storage', 'region', 'us-east-1');
  await origin.write(FILES);
  await origin.dvc('add', '--quiet', 'data/train.csv', 'data/test.csv', 'unrelated.bin', 'images');
  await origin.dvc('push', '--quiet');
  await origin.commit('data');
});

afterAll(async () => {
  await s3?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

async function freshClone(): Promise<{ clone: DvcRepository; options: ActionRunOptions }> {
  count += 1;
  const clone = await origin.clone(path.join(root, `clone-${count}`, 'repository'));
  return { clone, options: { workspace: clone.folder, temp: path.join(root, `clone-${count}`, 'temp'), env } };
}

function remoteStore(): S3ObjectStore {
  return new S3ObjectStore('s3://data/dvc', { env: { ...env, AWS_ENDPOINT_URL: s3.endpoint } });
}

function objectKey(bytes: string, suffix = ''): string {
  const md5 = createHash('md5').update(bytes).digest('hex');
  return `files/md5/${md5.slice(0, 2)}/${md5.slice(2)}${suffix}`;
}

describe('data-pull', () => {
  it('brings what the stages read and the dataset, as the real dvc pushed it, and nothing else', async () => {
    const { clone, options } = await freshClone();
    const pulled = await runActionSource('data-pull', options);
    expect(pulled.exitCode, pulled.stdout).toBe(0);
    for (const [file, content] of Object.entries(FILES)) {
      if (file === 'unrelated.bin') continue;
      expect(await readFile(path.join(clone.folder, file), 'utf8')).toBe(content);
    }
    expect(await readdir(clone.folder)).not.toContain('unrelated.bin');
    expect(pulled.outputs).toMatchObject({ files: '7', 'files-downloaded': '8', missing: '' });
    expect(pulled.outputs['dataset-digest']).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(pulled.summary).toContain('### Data of `m`: pulled');
    const report = readReport('data', await readFile(pulled.outputs['report-path'] ?? ''), 'data.json');
    expect(report).toMatchObject({ model: 'm', checkOnly: false, fileCount: 7, missing: [], filesDownloaded: 8 });
    expect(report.datasetDigest).toBe(pulled.outputs['dataset-digest']);
    expect(report.files).toContainEqual({
      path: 'data/test.csv',
      md5: createHash('md5').update(FILES['data/test.csv']).digest('hex'),
    });
    expect(await clone.git('status', '--porcelain')).toBe('');
    const again = await runActionSource('data-pull', options);
    expect(again.outputs).toMatchObject({ 'files-downloaded': '0', 'bytes-downloaded': '0' });
    expect(again.outputs['dataset-digest']).toBe(pulled.outputs['dataset-digest']);
  });

  it('leaves a workspace that dvc status calls up to date', async () => {
    const { clone, options } = await freshClone();
    await runActionSource('data-pull', { ...options, inputs: { targets: 'all', 'allow-missing': 'true' } });
    const status = JSON.parse(await clone.dvc('status', '--json'));
    expect(Object.keys(status)).toEqual(['train']);
    const object = path.join(clone.folder, '.dvc/cache', objectKey('not for the model'));
    expect((await stat(object)).mode & 0o777).toBe(0o444);
  });

  it('fetches a part of a folder alone', async () => {
    const { clone, options } = await freshClone();
    const pulled = await runActionSource('data-pull', { ...options, inputs: { targets: 'images/deep' } });
    expect(pulled.outputs).toMatchObject({ files: '1', 'files-downloaded': '2' });
    expect(await readdir(path.join(clone.folder, 'images'))).toEqual(['deep']);
  });

  it.each<{ name: string; output: string; tracked: string }>([
    { name: 'a file', output: 'dvc.yaml', tracked: 'dvc.yaml' },
    { name: 'a file of a folder', output: 'src', tracked: 'src/deep/er/x' },
    { name: 'a folder', output: 'images', tracked: 'images/deep/er/x/y' },
  ])('refuses a pointer whose data would replace what Git tracks: $name', async ({ output, tracked }) => {
    const { clone, options } = await freshClone();
    const images = await readFile(path.join(clone.folder, 'images.dvc'), 'utf8');
    const text = (await readFile(path.join(clone.folder, 'data/train.csv.dvc'), 'utf8')).replace('train.csv', output);
    const pointer = output === 'dvc.yaml' ? text : images.replace('path: images', `path: ${output}`);
    const before = tracked === 'dvc.yaml' ? PIPELINE : 'code';
    await clone.write({ [tracked]: before, [`${output}.dvc`]: pointer });
    await clone.git('add', '--force', tracked, `${output}.dvc`);
    for (const checkOnly of ['true', 'false']) {
      const inputs = { targets: `${output}.dvc`, force: 'true', 'check-only': checkOnly };
      const run = await runActionSource('data-pull', { ...options, inputs });
      expect(run.exitCode, run.stdout).toBe(1);
      const path0 = output === 'images' ? 'images/deep/er/x' : tracked;
      expect(run.stdout).toContain(`${output}.dvc says that ${path0} is DVC data, but Git tracks it too`);
    }
    expect(await readFile(path.join(clone.folder, tracked), 'utf8')).toBe(before);
  });

  it('never overwrites what was changed by hand, unless force is set', async () => {
    const { clone, options } = await freshClone();
    await runActionSource('data-pull', options);
    await clone.write({ 'data/train.csv': 'mine' });
    const refused = await runActionSource('data-pull', options);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('data/train.csv changed and have no other copy');
    expect(await readFile(path.join(clone.folder, 'data/train.csv'), 'utf8')).toBe('mine');
    const forced = await runActionSource('data-pull', { ...options, inputs: { force: 'true' } });
    expect(forced.outputs['files-downloaded']).toBe('0');
    expect(await readFile(path.join(clone.folder, 'data/train.csv'), 'utf8')).toBe(FILES['data/train.csv']);
  });

  it('names what the remote lacks, and goes on without it under allow-missing', async () => {
    const { clone, options } = await freshClone();
    await clone.write({
      'gone.bin.dvc': 'outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 1\n  hash: md5\n  path: gone.bin\n',
    });
    const inputs = { targets: 'gone.bin\ndata/test.csv' };
    const refused = await runActionSource('data-pull', { ...options, inputs });
    expect(refused.stdout).toContain('object 0123456789abcdef0123456789abcdef of gone.bin is not on remote "storage"');
    const pulled = await runActionSource('data-pull', { ...options, inputs: { ...inputs, 'allow-missing': 'true' } });
    expect(pulled.outputs).toMatchObject({ missing: 'gone.bin', files: '1' });
    const checked = await runActionSource('data-pull', { ...options, inputs: { ...inputs, 'check-only': 'true' } });
    expect(checked.exitCode).toBe(1);
    expect(checked.stdout).toContain('::error file=gone.bin.dvc,line=2::');
  });

  it('refuses an object whose bytes are wrong, naming both digests, and keeps nothing of it', async () => {
    const { clone, options } = await freshClone();
    const md5 = createHash('md5').update('right').digest('hex');
    await remoteStore().put(objectKey('right'), textContent('wrong'), 'replace');
    await clone.write({ 'bad.bin.dvc': `outs:\n- md5: ${md5}\n  size: 5\n  hash: md5\n  path: bad.bin\n` });
    const pulled = await runActionSource('data-pull', { ...options, inputs: { targets: 'bad.bin' } });
    expect(pulled.exitCode).toBe(1);
    expect(pulled.stdout).toContain(`object ${md5} of bad.bin is corrupt on remote "storage"`);
    expect(pulled.stdout).toContain(createHash('md5').update('wrong').digest('hex'));
    expect(await readdir(clone.folder)).not.toContain('bad.bin');
    await expect(stat(path.join(clone.folder, '.dvc/cache', objectKey('right')))).rejects.toThrow('ENOENT');
  });

  it.each(['../escape', '/etc/escape', '.git/hooks/pre-commit', 'a/../../escape', 'a\\..\\escape'])(
    'refuses a folder list that holds %j',
    async (hostile) => {
      const { clone, options } = await freshClone();
      const list = JSON.stringify([{ md5: createHash('md5').update('x').digest('hex'), relpath: hostile }]);
      await remoteStore().put(objectKey(list, '.dir'), textContent(list), 'replace');
      const md5 = createHash('md5').update(list).digest('hex');
      await clone.write({
        'evil.dvc': `outs:\n- md5: ${md5}.dir\n  size: 1\n  nfiles: 1\n  hash: md5\n  path: evil\n`,
      });
      const pulled = await runActionSource('data-pull', { ...options, inputs: { targets: 'evil' } });
      expect(pulled.exitCode).toBe(1);
      expect(pulled.stdout).toContain('contains the path');
      expect(await readdir(clone.folder)).not.toContain('evil');
    },
  );

  it('refuses to write through a symbolic link', async () => {
    const { clone, options } = await freshClone();
    const outside = await mkdtemp(path.join(root, 'outside-'));
    await rm(path.join(clone.folder, 'images'), { recursive: true, force: true });
    await symlink(outside, path.join(clone.folder, 'images'));
    const pulled = await runActionSource('data-pull', { ...options, inputs: { targets: 'images' } });
    expect(pulled.exitCode).toBe(1);
    expect(pulled.stdout).toContain('symbolic link');
    expect(await readdir(outside)).toEqual([]);
  });

  it('is right after a kill -9 at 20 moments: the next run completes it', async () => {
    const { clone, options } = await freshClone();
    const moment = seededRandom(20).uniform;
    const moments = Array.from({ length: 20 }, () => 200 + moment() * 700);
    for (const [index, delayMs] of moments.entries()) {
      await runActionSource('data-pull', {
        ...options,
        temp: `${options.temp}-${index}`,
        onStart: (child) => void setTimeout(() => child.kill('SIGKILL'), delayMs),
      });
    }
    const pulled = await runActionSource('data-pull', options);
    expect(pulled.exitCode, pulled.stdout).toBe(0);
    for (const file of ['data/train.csv', 'images/deep/er/x', 'images/\uFF21'] as const) {
      expect(await readFile(path.join(clone.folder, file), 'utf8')).toBe(FILES[file]);
    }
    expect(await readdir(path.join(clone.folder, 'images'))).toHaveLength(5);
    expect(await clone.git('status', '--porcelain')).toBe('');
  });

  it('runs twice at once without harm', async () => {
    const { clone, options } = await freshClone();
    const runs = await Promise.all(
      ['a', 'b'].map((name) => runActionSource('data-pull', { ...options, temp: `${options.temp}-${name}` })),
    );
    expect(runs.map((run) => run.exitCode)).toEqual([0, 0]);
    expect(await readFile(path.join(clone.folder, 'data/test.csv'), 'utf8')).toBe(FILES['data/test.csv']);
  });

  it('keeps the cache between runs, and believes nothing of it unread', async () => {
    const results = await startResultsService({ directory: path.join(root, 'results') });
    try {
      const claims = { repository: 'o/r', runId: 1, jobId: 'j', cacheScopes: ['refs/heads/main'], mayWriteCache: true };
      const runEnv = { ...env, ...results.environment(claims) };
      const first = await freshClone();
      const saved = await runActionSource('data-pull', { ...first.options, env: runEnv });
      expect(saved.outputs['files-downloaded'], saved.stdout).toBe('8');
      expect(results.cacheKeys('o/r')).toHaveLength(1);
      const second = await freshClone();
      const restored = await runActionSource('data-pull', { ...second.options, env: runEnv });
      expect(restored.stdout).toContain('Restored tidegate-data-v1-');
      expect(restored.outputs['files-downloaded']).toBe('0');
      expect(await readFile(path.join(second.clone.folder, 'images/deep/er/x'), 'utf8')).toBe('x');
    } finally {
      await results.stop();
    }
  });

  it('refuses what it does not support by name', async () => {
    const { clone, options } = await freshClone();
    const versioned = 'outs:\n- md5: 0123456789abcdef0123456789abcdef\n  hash: md5\n  version_id: v1\n  path: old\n';
    await clone.write({ 'old.dvc': versioned });
    const unrelated = await runActionSource('data-pull', options);
    expect(unrelated.exitCode, unrelated.stdout).toBe(0);
    const old = await runActionSource('data-pull', { ...options, inputs: { targets: 'old' } });
    expect(old.stdout).toContain('old: version_id (cloud versioning) is not supported yet');
    await rm(path.join(clone.folder, 'old.dvc'));
    await clone.dvc('remote', 'add', 'cloud', 'ssh://host/x');
    const ssh = await runActionSource('data-pull', { ...options, inputs: { remote: 'cloud' } });
    expect(ssh.stdout).toContain('remote "cloud": a remote of kind ssh:// is not supported yet');
    const typo = await runActionSource('data-pull', { ...options, inputs: { remote: 'storge' } });
    expect(typo.stdout).toContain('Did you mean "storage"?');
  });
});

describe('data-push', () => {
  it('records changed data and pushes it, and the real dvc pulls the same', async () => {
    const { clone, options } = await freshClone();
    await runActionSource('data-pull', options);
    const pointer = await readFile(path.join(clone.folder, 'images.dvc'), 'utf8');
    await writeFile(path.join(clone.folder, 'images.dvc'), `# kept\n${pointer}  desc: our images  # kept too\n`);
    await clone.commit('comments');
    await clone.write({ 'images/new': 'new', 'data/train.csv': 'a,y\n1,0\n2,1\n' });
    await rm(path.join(clone.folder, 'images/empty'));
    const pushed = await runActionSource('data-push', options);
    expect(pushed.exitCode, pushed.stdout).toBe(0);
    expect(pushed.outputs).toMatchObject({ 'files-uploaded': '3', 'changed-files': 'data/train.csv.dvc\nimages.dvc' });
    expect(pushed.summary).toMatch(/^### Data: pushed\n\n\| uploaded \|/);
    expect(pushed.summary).toMatch(/\| 3 \(\d+ B, [\d.]+ k?B\/s\) \| \d+ \|/);
    expect(pushed.summary).toContain('**To commit**\n\n- `data/train.csv.dvc`\n- `images.dvc`\n');
    const edited = await readFile(path.join(clone.folder, 'images.dvc'), 'utf8');
    expect(edited).toMatch(/^# kept\n/);
    expect(edited).toContain('  desc: our images  # kept too\n');
    await clone.commit('data');
    const other = await clone.clone(path.join(root, 'pushed'));
    await other.dvc('pull', '--quiet', 'images', 'data/train.csv');
    expect(await readFile(path.join(other.folder, 'images/new'), 'utf8')).toBe('new');
    expect(await other.dvc('status', 'images.dvc', 'data/train.csv.dvc')).toContain('up to date');
    expect(await other.dvc('status', '--cloud', 'images.dvc', 'data/train.csv.dvc')).toContain('in sync');
    const again = await runActionSource('data-push', options);
    expect(again.outputs).toMatchObject({ 'files-uploaded': '0', 'bytes-uploaded': '0', 'changed-files': '' });
    expect(again.stdout).toMatch(/0 objects pushed \(0 B\), [1-9]\d* were there; no pointer file changed/);
  });

  it('never leaves a folder list on the remote without its files', async () => {
    const { clone, options } = await freshClone();
    await clone.write({ 'fresh/a': 'fresh a', 'fresh/b': 'fresh b' });
    await clone.dvc('add', '--quiet', 'fresh');
    const pointer = await readFile(path.join(clone.folder, 'fresh.dvc'), 'utf8');
    const md5 = /md5: (\w+)\.dir/.exec(pointer)?.[1] ?? '';
    await rm(path.join(clone.folder, 'fresh'), { recursive: true });
    await rm(path.join(clone.folder, '.dvc/cache', objectKey('fresh b')), { force: true });
    const pushed = await runActionSource('data-push', { ...options, inputs: { targets: 'fresh' } });
    expect(pushed.exitCode).toBe(1);
    expect(await remoteStore().stat(`files/md5/${md5.slice(0, 2)}/${md5.slice(2)}.dir`)).toBeUndefined();
  });
});
