import { chmodSync, lstatSync, statSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { type GeneratedTree, generateTree } from '../../testkit/generated-tree.ts';
import { listenOnLoopback } from '../../testkit/http.ts';
import { startResultsService } from '../../testkit/results-service.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { type S3Server, startS3 } from '../../testkit/s3.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';

const CONFIG = `version: 1
models:
  m:
    task: regression
    artifact: model.bin
    train: { command: "true" }
    data: { label: y }
    evaluate: { dataset: data, metrics: [rmse] }
    gate: { rules: [{ metric: rmse, max: 1 }] }
`;

let s3: S3Server;
let root: string;
let env: Record<string, string>;
let count = 0;

beforeAll(async () => {
  const { bin } = await ensurePythonEnvironment('demo');
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-interop-'));
  s3 = await startS3({ directory: path.join(root, 's3'), binary: path.join(bin, 'weed') });
  await s3.createBucket('data');
  env = { AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey };
});

afterAll(async () => {
  await s3?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

/** A folder of its own under the test's, in which a repository and its home are. */
function place(name: string): string {
  count += 1;
  return path.join(root, `${name}-${count}`, 'repository');
}

async function createRepository(remote: { readonly url: string; readonly endpoint?: string }): Promise<DvcRepository> {
  const repository = await DvcRepository.create(place('origin'), env);
  await repository.dvc('remote', 'add', '--default', 'storage', remote.url);
  if (remote.endpoint !== undefined) {
    await repository.dvc('remote', 'modify', 'storage', 'endpointurl', remote.endpoint);
    await repository.dvc('remote', 'modify', 'storage', 'region', 'us-east-1');
  }
  await repository.write({ 'tidegate.yaml': CONFIG });
  return repository;
}

const ours = (name: string, repository: DvcRepository, inputs: Record<string, string> = {}) =>
  runActionSource(name, {
    workspace: repository.folder,
    temp: path.join(path.dirname(repository.folder), 'temp'),
    env,
    inputs: { targets: 'all', ...inputs },
  });

async function expectTree(folder: string, tree: GeneratedTree): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => !entry.isDirectory())
    .map((e) => path.relative(folder, path.join(e.parentPath, e.name)));
  expect(found.sort()).toEqual(Object.keys(tree).sort());
  for (const [file, bytes] of Object.entries(tree)) {
    expect((await readFile(path.join(folder, file))).equals(bytes), file).toBe(true);
  }
}

/** The real programs see nothing to do. */
async function expectClean(repository: DvcRepository): Promise<void> {
  expect(JSON.parse(await repository.dvc('status', '--json'))).toEqual({});
  expect(JSON.parse(await repository.dvc('status', '--cloud', '--json'))).toEqual({});
  const status = JSON.parse(await repository.dvc('data', 'status', '--granular', '--json'));
  for (const kind of ['uncommitted', 'committed', 'not_in_cache'])
    expect(Object.values(status[kind] ?? {}).flat()).toEqual([]);
  expect(await repository.git('status', '--porcelain')).toBe('');
}

const under = (folder: string, tree: GeneratedTree) =>
  Object.fromEntries(Object.entries(tree).map(([file, bytes]) => [`${folder}/${file}`, bytes]));

/** More seeds take minutes: `DATA_SEEDS=1,2,3` asks for them. */
const SEEDS = (process.env.DATA_SEEDS ?? '1').split(',').map(Number);

describe.each(SEEDS)('on the generated tree %i', (seed) => {
  it('pulls what dvc pushed, and the real dvc finds nothing to do', async () => {
    const tree = generateTree(seededRandom(seed), 120);
    const origin = await createRepository({ url: `s3://data/a-${seed}`, endpoint: s3.endpoint });
    await origin.write({ ...under('data', tree), 'one file.bin': Buffer.from('one'), 'run.sh': '#!/bin/sh\n' });
    await chmod(path.join(origin.folder, 'run.sh'), 0o755);
    await origin.dvc('add', '--quiet', 'data', 'one file.bin', 'run.sh');
    await origin.dvc('push', '--quiet');
    await origin.commit('data');
    const clone = await origin.clone(place('clone'));
    const pulled = await ours('data-pull', clone);
    expect(pulled.exitCode, pulled.stdout).toBe(0);
    await expectTree(path.join(clone.folder, 'data'), tree);
    expect(lstatSync(path.join(clone.folder, 'run.sh')).mode & 0o100).toBe(0o100);
    await expectClean(clone);
  });

  it('pushes what dvc pulls, with the same .dvc files', async () => {
    const [before, after] = [generateTree(seededRandom(seed + 100), 100), generateTree(seededRandom(seed + 200), 100)];
    const origin = await createRepository({ url: `s3://data/b-${seed}`, endpoint: s3.endpoint });
    await origin.write({ ...under('data', before), 'one.bin': 'one' });
    await origin.dvc('add', '--quiet', 'data', 'one.bin');
    await origin.commit('data');
    const twin = await origin.clone(place('twin'));
    for (const repository of [origin, twin]) {
      await rm(path.join(repository.folder, 'data'), { recursive: true, force: true });
      await repository.write({ ...under('data', after), 'one.bin': 'another one' });
    }
    const pushed = await ours('data-push', origin);
    expect(pushed.exitCode, pushed.stdout).toBe(0);
    await twin.dvc('add', '--quiet', 'data', 'one.bin');
    for (const file of ['data.dvc', 'one.bin.dvc', '.gitignore']) {
      const [mine, theirs] = [origin, twin].map(({ folder }) => readFile(path.join(folder, file), 'utf8'));
      expect(await mine, file).toBe(await theirs);
    }
    await origin.commit('new data');
    await expectClean(origin);
    const clone = await origin.clone(place('clone'));
    await clone.dvc('pull', '--quiet');
    await expectTree(path.join(clone.folder, 'data'), after);
  });
});

describe('remotes and caches', () => {
  it('reads from a web server what dvc pushed into its folder', async () => {
    const folder = path.join(root, 'served');
    const tree = generateTree(seededRandom(9), 20);
    const origin = await createRepository({ url: folder });
    await origin.write(under('data', tree));
    await origin.dvc('add', '--quiet', 'data');
    await origin.dvc('push', '--quiet');
    await origin.commit('data');
    const server = await listenOnLoopback(async (request, response) => {
      const bytes = await readFile(path.join(folder, request.url ?? '')).catch(() => undefined);
      const isAllowed = request.headers.authorization === `Basic ${Buffer.from('me:secret').toString('base64')}`;
      response.writeHead(isAllowed ? (bytes === undefined ? 404 : 200) : 401).end(isAllowed ? bytes : '');
    });
    try {
      const clone = await origin.clone(place('clone'));
      await clone.dvc('remote', 'add', 'web', `http://127.0.0.1:${server.port}`);
      for (const [key, value] of [
        ['auth', 'basic'],
        ['user', 'me'],
        ['password', 'secret'],
      ] as const) {
        await clone.dvc('remote', 'modify', '--local', 'web', key, value);
      }
      const pulled = await ours('data-pull', clone, { remote: 'web' });
      expect(pulled.exitCode, pulled.stdout).toBe(0);
      expect(pulled.stdout).toContain('::add-mask::secret');
      await expectTree(path.join(clone.folder, 'data'), tree);
      const checked = await ours('data-pull', clone, { remote: 'web', 'check-only': 'true' });
      expect(checked.exitCode, checked.stdout).toBe(0);
    } finally {
      await server.close();
    }
  });

  it.each(['hardlink', 'symlink'])('leaves a workspace of %s as dvc would', async (type) => {
    const origin = await createRepository({ url: path.join(root, `folder-${type}`) });
    await origin.dvc('config', 'cache.type', type);
    await origin.write({ 'data/a': 'a', 'data/b/c': 'c', 'run.sh': '#!/bin/sh\n' });
    chmodSync(path.join(origin.folder, 'run.sh'), 0o755);
    await origin.dvc('add', '--quiet', 'data', 'run.sh');
    await origin.dvc('push', '--quiet');
    await origin.commit('data');
    const theirClone = await origin.clone(place('their-clone'));
    await theirClone.dvc('pull', '--quiet');
    const clone = await origin.clone(place('clone'));
    const pulled = await ours('data-pull', clone);
    expect(pulled.exitCode, pulled.stdout).toBe(0);
    const [mine, theirs] = [clone, origin].map(({ folder }) => lstatSync(path.join(folder, 'data/b/c')));
    expect(mine?.mode).toBe(theirs?.mode);
    expect(mine?.nlink).toBe(theirs?.nlink);
    const [ourScript, theirScript] = [clone, theirClone].map(({ folder }) => statSync(path.join(folder, 'run.sh')));
    expect(ourScript?.mode.toString(8)).toBe(theirScript?.mode.toString(8));
    await expectClean(clone);
    const again = await ours('data-pull', clone);
    expect(again.outputs['files-downloaded']).toBe('0');
  });

  it('takes keys from credentialpath, and region and prefix from a chain of remotes', async () => {
    const origin = await createRepository({ url: 's3://data/chain', endpoint: s3.endpoint });
    await origin.write({ 'x.bin': 'x' });
    await origin.dvc('add', '--quiet', 'x.bin');
    const keys = `[team]\naws_access_key_id = ${s3.accessKeyId}\naws_secret_access_key = ${s3.secretAccessKey}\n`;
    await writeFile(path.join(origin.folder, '.dvc/keys'), keys);
    await origin.dvc('remote', 'add', 'sub', 'remote://storage/deeper');
    await origin.dvc('remote', 'add', 'subsub', 'remote://sub/still');
    await origin.dvc('remote', 'modify', '--local', 'subsub', 'credentialpath', '.dvc/keys');
    await origin.dvc('remote', 'modify', '--local', 'subsub', 'profile', 'team');
    const temp = path.join(path.dirname(origin.folder), 'temp');
    const options = { workspace: origin.folder, temp, inputs: { targets: 'all', remote: 'subsub' } };
    const pushed = await runActionSource('data-push', options);
    expect(pushed.exitCode, pushed.stdout).toBe(0);
    expect(pushed.outputs['files-uploaded']).toBe('1');
    const checked = await runActionSource('data-pull', {
      ...options,
      inputs: { ...options.inputs, 'check-only': 'true' },
    });
    expect(checked.exitCode, checked.stdout).toBe(0);
    await origin.dvc('push', '--quiet', '--remote', 'subsub');
    expect(await origin.dvc('status', '--cloud', '--remote', 'subsub')).toContain('in sync');
  });
});

/** What a first job pulled comes from the Actions cache in a second one, whose remote is empty. */
async function expectKeptCache(origin: DvcRepository, remote: string): Promise<void> {
  const results = await startResultsService({ directory: path.join(root, 'results') });
  try {
    const claims = { repository: 'o/r', runId: 1, jobId: 'j', cacheScopes: ['refs/heads/main'], mayWriteCache: true };
    const pull = async (repository: DvcRepository) =>
      runActionSource('data-pull', {
        workspace: repository.folder,
        temp: path.join(path.dirname(repository.folder), 'temp'),
        env: { ...env, ...results.environment(claims) },
        inputs: { targets: 'all' },
      });
    const first = await pull(await origin.clone(place('first')));
    expect(first.exitCode, first.stdout).toBe(0);
    await rm(remote, { recursive: true });
    const second = await pull(await origin.clone(place('second')));
    expect(second.exitCode, second.stdout).toBe(0);
    expect(second.outputs).toMatchObject({ files: first.outputs.files, 'files-downloaded': '0', missing: '' });
    expect(second.outputs['dataset-digest']).toBe(first.outputs['dataset-digest']);
  } finally {
    await results.stop();
  }
}

describe('a repository of DVC 2', () => {
  it('is pulled, checked and pushed beside data of DVC 3', async () => {
    const { bin } = await ensurePythonEnvironment('dvc2');
    const remote = path.join(root, 'dvc2-remote');
    const tree = { ...generateTree(seededRandom(5), 30), 'crlf.txt': Buffer.from('a\r\nb\r\n') };
    const origin = await DvcRepository.create(place('origin'), env, bin);
    await origin.dvc('remote', 'add', '--default', 'storage', remote);
    await origin.write({ 'tidegate.yaml': CONFIG, ...under('old', tree), 'old.txt': 'x\r\ny\r\n' });
    await origin.dvc('add', '--quiet', 'old', 'old.txt');
    await origin.dvc('push', '--quiet');
    await origin.commit('by DVC 2');
    expect(await readFile(path.join(origin.folder, 'old.dvc'), 'utf8')).not.toContain('hash:');
    const clone = await origin.clone(place('clone'));
    const pulled = await ours('data-pull', clone);
    expect(pulled.exitCode, pulled.stdout).toBe(0);
    await expectTree(path.join(clone.folder, 'old'), tree);
    expect(await readFile(path.join(clone.folder, 'old.txt'), 'utf8')).toBe('x\r\ny\r\n');
    expect(await clone.dvc('status')).toContain('up to date');
    const again = await ours('data-pull', clone);
    expect(again.outputs['files-downloaded']).toBe('0');
    const checked = await ours('data-pull', clone, { 'check-only': 'true' });
    expect(checked.exitCode, checked.stdout).toBe(0);
    const pushed = await ours('data-push', clone);
    expect(pushed.outputs).toMatchObject({ 'files-uploaded': '0', 'changed-files': '' });
    await clone.write({ 'old.txt': 'changed\r\n' });
    const changed = await ours('data-push', clone);
    expect(changed.outputs['changed-files'], changed.stdout).toBe('old.txt.dvc');
    expect(await readFile(path.join(clone.folder, 'old.txt.dvc'), 'utf8')).toContain('hash: md5');
    await clone.commit('one file by us');
    const modern = await DvcRepository.open(clone.folder, env);
    expect(await modern.dvc('status')).toContain('up to date');
    expect(await modern.dvc('status', '--cloud')).toContain('in sync');
    await expectKeptCache(clone, remote);
  });
});
