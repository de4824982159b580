import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AzureServer, azureEnvironment, startAzurite } from '../../testkit/azurite.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { CAN_START_GCS, type GcsServer, gcsEnvironment, startGcs } from '../../testkit/gcs.ts';
import { type GeneratedTree, generateTree } from '../../testkit/generated-tree.ts';
import { type GitServer, startGitServer } from '../../testkit/git-server.ts';
import { runActionSource } from '../../testkit/run-action.ts';
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
/** Above what goes up in one request. */
const LARGE = Buffer.alloc(35 * 1024 * 1024 + 1, 'a line of a large file\n');

let root: string;
let gcs: GcsServer;
let azure: AzureServer;
let server: GitServer;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-clouds-'));
  if (CAN_START_GCS) {
    gcs = await startGcs({ directory: path.join(root, 'gcs') });
    await gcs.createBucket('data');
  }
  azure = await startAzurite({ directory: path.join(root, 'azure') });
  await azure.createContainer('data');
  server = await startGitServer(path.join(root, 'git'), { authorize: () => 'allowed', onPush: async () => {} });
}, 300_000);

afterAll(async () => {
  await gcs?.stop();
  await azure?.stop();
  await server?.close();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

function place(name: string): string {
  count += 1;
  return path.join(root, `${name}-${count}`, 'repository');
}

const under = (folder: string, tree: GeneratedTree) =>
  Object.fromEntries(Object.entries(tree).map(([file, bytes]) => [`${folder}/${file}`, bytes]));

async function expectTree(folder: string, tree: GeneratedTree): Promise<void> {
  for (const [file, bytes] of Object.entries(tree)) {
    expect((await readFile(path.join(folder, file))).equals(bytes), file).toBe(true);
  }
}

/** A cloud: how DVC and Tidegate find it, and how a remote is set up. */
interface Cloud {
  readonly scheme: string;
  readonly env: () => Record<string, string>;
  /** Keys of the remote by which it is found without the environment. */
  readonly keys: () => Record<string, string>;
}

const CLOUDS: readonly Cloud[] = [
  {
    scheme: 'gs',
    env: () => gcsEnvironment(gcs),
    keys: () => ({ endpointurl: gcs.endpoint, allow_anonymous_login: 'true' }),
  },
  { scheme: 'azure', env: () => azureEnvironment(azure), keys: () => ({ connection_string: azure.connectionString }) },
];

/** Without Go there is no fake-gcs-server. */
const STARTED = CLOUDS.filter(({ scheme }) => scheme !== 'gs' || CAN_START_GCS);

describe.each(STARTED)('a DVC remote at $scheme://', ({ scheme, env, keys }) => {
  async function createRepository(url: string): Promise<DvcRepository> {
    const repository = await DvcRepository.create(place('origin'), env());
    await repository.dvc('remote', 'add', '--default', 'storage', url);
    await repository.write({ 'tidegate.yaml': CONFIG });
    return repository;
  }

  const ours = (name: string, repository: DvcRepository, own = env(), inputs: Record<string, string> = {}) =>
    runActionSource(name, {
      workspace: repository.folder,
      temp: path.join(path.dirname(repository.folder), 'temp'),
      env: own,
      inputs: { targets: 'all', ...inputs },
    });

  it('is pulled from where the real dvc pushed, and the real dvc finds nothing to do', async () => {
    const tree = generateTree(seededRandom(1), 80);
    const origin = await createRepository(`${scheme}://data/pull`);
    await origin.write({ ...under('data', tree), 'large.bin': LARGE });
    await origin.dvc('add', '--quiet', 'data', 'large.bin');
    await origin.dvc('push', '--quiet');
    await origin.commit('data');
    const clone = await origin.clone(place('clone'));
    const pulled = await ours('data-pull', clone);
    expect(pulled.exitCode, pulled.stdout + pulled.stderr).toBe(0);
    await expectTree(path.join(clone.folder, 'data'), tree);
    await expectTree(clone.folder, { 'large.bin': LARGE });
    expect(JSON.parse(await clone.dvc('status', '--cloud', '--json'))).toEqual({});
  });

  it('is pushed to, and the real dvc pulls the same', async () => {
    const [before, after] = [generateTree(seededRandom(2), 40), generateTree(seededRandom(3), 60)];
    const origin = await createRepository(`${scheme}://data/push`);
    await origin.write({ ...under('data', before), 'large.bin': 'small' });
    await origin.dvc('add', '--quiet', 'data', 'large.bin');
    await origin.commit('data');
    await rm(path.join(origin.folder, 'data'), { recursive: true, force: true });
    await origin.write({ ...under('data', after), 'large.bin': LARGE });
    const pushed = await ours('data-push', origin);
    expect(pushed.exitCode, pushed.stdout + pushed.stderr).toBe(0);
    await origin.commit('new data');
    expect(JSON.parse(await origin.dvc('status', '--cloud', '--json'))).toEqual({});
    const again = await ours('data-push', origin);
    expect(again.outputs['files-uploaded'], again.stdout).toBe('0');
    const clone = await origin.clone(place('clone'));
    await clone.dvc('pull', '--quiet');
    await expectTree(path.join(clone.folder, 'data'), after);
    await expectTree(clone.folder, { 'large.bin': LARGE });
  });

  it('is found by the keys of the remote alone', async () => {
    const origin = await createRepository(`${scheme}://data/keys`);
    for (const [key, value] of Object.entries(keys())) {
      await origin.dvc('remote', 'modify', '--local', 'storage', key, value);
    }
    await origin.write({ 'one.bin': 'one' });
    await origin.dvc('add', '--quiet', 'one.bin');
    const pushed = await ours('data-push', origin, {});
    expect(pushed.exitCode, pushed.stdout + pushed.stderr).toBe(0);
    expect(pushed.outputs['files-uploaded']).toBe('1');
    expect(JSON.parse(await origin.dvc('status', '--cloud', '--json'))).toEqual({});
  });

  it('imports data of another repository whose remote is there', async () => {
    const source = await createRepository(`${scheme}://data/import`);
    await source.write({ 'shared.bin': 'shared' });
    await source.dvc('add', '--quiet', 'shared.bin');
    await source.dvc('push', '--quiet');
    await source.commit('data');
    const bare = path.join(root, 'git', 'acme', `${scheme}.git`);
    await source.git('clone', '--quiet', '--bare', source.folder, bare);
    const user = await createRepository(path.join(root, 'unused'));
    await user.dvc('import', '--quiet', `${server.url}/acme/${scheme}`, 'shared.bin');
    await user.commit('import');
    const clone = await user.clone(place('clone'));
    const pulled = await ours('data-pull', clone);
    expect(pulled.exitCode, pulled.stdout + pulled.stderr).toBe(0);
    expect(await readFile(path.join(clone.folder, 'shared.bin'), 'utf8')).toBe('shared');
  });

  it('says which object is missing, and that a bucket is: not the same', async () => {
    const origin = await createRepository(`${scheme}://data/missing`);
    await origin.write({ 'one.bin': 'never pushed' });
    await origin.dvc('add', '--quiet', 'one.bin');
    await rm(path.join(origin.folder, '.dvc', 'cache'), { recursive: true });
    await rm(path.join(origin.folder, 'one.bin'));
    const allowed = await ours('data-pull', origin, env(), { 'allow-missing': 'true' });
    expect(allowed.exitCode, allowed.stdout).toBe(0);
    await origin.dvc('remote', 'modify', 'storage', 'url', `${scheme}://no-such-place/x`);
    const refused = await ours('data-pull', origin, env(), { 'allow-missing': 'true' });
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain(`${scheme}://no-such-place/x`);
    expect(refused.stdout).toContain('Check the name of the');
  });
});
