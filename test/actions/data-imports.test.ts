import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { type GitServer, startGitServer } from '../../testkit/git-server.ts';
import { gitEnvironment } from '../../testkit/host-environment.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { runProgram } from '../../testkit/run-program.ts';

let root: string;
let server: GitServer;
let registry: DvcRepository;
/** A repository that imports from it, before any data is there. */
let team: DvcRepository;
/** Repositories that the server gives to no one. */
const closed = new Set<string>();

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-imports-'));
  const bare = path.join(root, 'git');
  server = await startGitServer(bare, {
    authorize: ({ repository }) => (closed.has(repository) ? 'anonymous' : 'allowed'),
    onPush: async () => {},
  });
  registry = await DvcRepository.create(path.join(root, 'registry'));
  await registry.dvc('remote', 'add', '--default', 'storage', path.join(root, 'storage'));
  await registry.dvc('remote', 'add', 'empty', path.join(root, 'empty'));
  await registry.write({
    'data/train.csv': 'x,y\n1,0\n2,1\n',
    'data/images/a.png': 'a',
    'data/images/deep/b.png': 'b',
    'codes.csv': 'code\n7\n',
  });
  await registry.dvc('add', '--quiet', 'data/train.csv', 'data/images');
  await registry.dvc('push', '--quiet');
  await registry.commit('data');
  await publish(registry, 'acme/registry');
  team = await DvcRepository.create(path.join(root, 'team'));
  await team.dvc('remote', 'add', '--default', 'own', path.join(root, 'own'));
  const url = `${server.url}/acme/registry`;
  await team.dvc('import', '--quiet', url, 'data/train.csv');
  await team.dvc('import', '--quiet', url, 'data/images', '--out', 'pictures');
  await team.dvc('import', '--quiet', url, 'codes.csv');
  await team.commit('imports');
});
afterAll(async () => {
  await server?.close();
  await rm(root, { recursive: true, force: true });
});

async function publish({ folder }: DvcRepository, name: string): Promise<void> {
  const bare = path.join(root, 'git', `${name}.git`);
  await mkdir(path.dirname(bare), { recursive: true });
  const { exitCode } = await runProgram('git', ['clone', '--quiet', '--bare', folder, bare], {
    cwd: root,
    env: gitEnvironment({}),
  });
  expect(exitCode).toBe(0);
}

let count = 0;
async function pull(inputs: Readonly<Record<string, string>> = {}, change?: (clone: DvcRepository) => Promise<void>) {
  count += 1;
  const clone = await team.clone(path.join(root, `clone-${count}`));
  await change?.(clone);
  const temp = path.join(root, `temp-${count}`);
  const run = await runActionSource('data-pull', {
    workspace: clone.folder,
    temp,
    inputs: { targets: 'all', ...inputs },
  });
  const read = (file: string) => readFile(path.join(clone.folder, file), 'utf8');
  return { clone, run, read };
}

/** Changes the recorded import of a file. */
async function edit({ folder }: DvcRepository, file: string, change: (text: string) => string) {
  const at = path.join(folder, file);
  await writeFile(at, change(await readFile(at, 'utf8')));
}

describe('data-pull of imported data', () => {
  it('brings files and folders from the remote of the other repository, and files that Git tracks there', async () => {
    const { clone, run, read } = await pull();
    expect(run.exitCode, run.stdout).toBe(0);
    expect(await read('train.csv')).toBe('x,y\n1,0\n2,1\n');
    expect(await read('pictures/a.png')).toBe('a');
    expect(await read('pictures/deep/b.png')).toBe('b');
    expect(await read('codes.csv')).toBe('code\n7\n');
    expect(await clone.dvc('status')).toContain('up to date');
    // What is here is not asked for again.
    closed.add('acme/registry');
    const again = await runActionSource('data-pull', {
      workspace: clone.folder,
      temp: path.join(root, 'temp-again'),
      inputs: { targets: 'all' },
    });
    closed.delete('acme/registry');
    expect(again.exitCode, again.stdout).toBe(0);
  });

  it('keeps to the commit that was recorded when the other repository goes on', async () => {
    await registry.write({ 'codes.csv': 'code\n8\n' });
    await registry.commit('other codes');
    await registry.git('push', '--quiet', path.join(root, 'git/acme/registry.git'), 'main');
    const { run, read } = await pull({ targets: 'codes.csv' });
    expect(run.exitCode, run.stdout).toBe(0);
    expect(await read('codes.csv')).toBe('code\n7\n');
  });

  it('brings data of one commit by two names, from two remotes and from two addresses', async () => {
    await publish(registry, 'acme/mirror');
    const { clone, run, read } = await pull({}, async (one) => {
      await edit(one, 'pictures.dvc', (text) => text.replace(/^( *)rev_lock:/m, '$1remote: storage\n$1rev_lock:'));
      await edit(one, 'codes.csv.dvc', (text) => text.replace('acme/registry', 'acme/mirror'));
    });
    expect(run.exitCode, run.stdout).toBe(0);
    expect(await read('train.csv')).toBe('x,y\n1,0\n2,1\n');
    expect(await read('pictures/deep/b.png')).toBe('b');
    expect(await read('codes.csv')).toBe('code\n7\n');
    expect(await readdir(path.join(clone.folder, '.dvc/tmp/tidegate/imports'))).toHaveLength(3);
  });

  it('brings a file that Git tracks where DVC 2 recorded the import', async () => {
    const { run, read } = await pull({ targets: 'codes.csv' }, (clone) =>
      edit(clone, 'codes.csv.dvc', (text) => text.replace(/^ *hash: md5\n/m, '')),
    );
    expect(run.exitCode, run.stdout).toBe(0);
    expect(await read('codes.csv')).toBe('code\n7\n');
  });

  it('asks whether all of it is there, and pushes none of it', async () => {
    const { clone, run, read } = await pull({ 'check-only': 'true' });
    expect(run.exitCode, run.stdout).toBe(0);
    await expect(read('train.csv')).rejects.toThrow('ENOENT');
    const push = await runActionSource('data-push', {
      workspace: clone.folder,
      temp: path.join(root, 'temp-push'),
      inputs: {},
    });
    expect(push.exitCode, push.stdout).toBe(0);
    expect(push.outputs['files-uploaded']).toBe('0');
  });

  it('names the import whose data is not on the remote of the other repository', async () => {
    const { run } = await pull({ targets: 'train.csv' }, (clone) =>
      edit(clone, 'train.csv.dvc', (text) => text.replace(/^( *)rev_lock:/m, '$1remote: empty\n$1rev_lock:')),
    );
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('train.csv is not on remote');
    expect(run.stdout).toContain('Push it from the repository that it is imported from');
  });

  it('names the other repository where that has no such remote', async () => {
    const { run } = await pull({ targets: 'train.csv' }, (clone) =>
      edit(clone, 'train.csv.dvc', (text) => text.replace(/^( *)rev_lock:/m, '$1remote: absent\n$1rev_lock:')),
    );
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toMatch(
      /train\.csv: http:\S+acme\/registry at [0-9a-f]{12}, remote absent: DVC has no remote "absent"/,
    );
    expect(run.stdout).toContain('Correct .dvc/config in that repository');
  });

  it.each([
    [
      'a commit that is not there',
      (text: string) => text.replace(/rev_lock: .*/, `rev_lock: ${'a'.repeat(40)}`),
      'the commit aaaaaaaaaaaa of',
    ],
    [
      'a program as an address',
      (text: string) => text.replace(/url: .*/, 'url: ext::sh -c "touch /tmp/no" %S'),
      'an import from ext::sh',
    ],
    [
      'an option as an address',
      (text: string) => text.replace(/url: .*/, 'url: --upload-pack=touch'),
      'an import from --upload-pack',
    ],
    ['a folder of this machine', (text: string) => text.replace(/url: .*/, 'url: /etc'), 'an import from /etc'],
    [
      'an address that Git reads in another way than a parser of URLs',
      (text: string) => text.replace(/url: .*/, 'url: ssh:someone:s3cret@example.com'),
      'an import from ssh:example.com',
    ],
    [
      'an address that looks like another host',
      (text: string) => text.replace(/url: .*/, 'url: "http://127.0.0.1:1?@example.com/acme/registry"'),
      'of http://127.0.0.1:1?@example.com/acme/registry, which data is imported from, cannot be read',
    ],
    [
      'an address with a line break',
      (text: string) => text.replace(/url: .*/, 'url: "https://example.com/\\n::warning::x"'),
      'an import from https://example.com/',
    ],
    [
      'a branch instead of a commit',
      (text: string) => text.replace(/rev_lock: .*/, 'rev_lock: main'),
      'not the full name of a commit',
    ],
    [
      'a config of its own',
      (text: string) => text.replace(/^( *)rev_lock:/m, '$1config: other\n$1rev_lock:'),
      'an import with a config of its own',
    ],
  ])('refuses %s', async (_, change, message) => {
    const { run, read } = await pull({ targets: 'codes.csv' }, (clone) => edit(clone, 'codes.csv.dvc', change));
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('codes.csv.dvc');
    expect(run.stdout).toContain(message);
    await expect(read('codes.csv')).rejects.toThrow('ENOENT');
  });

  it.each(['s3cret', 'a@s3cret'])('shows no credentials of an address (%s)', async (password) => {
    closed.add('acme/registry');
    const { run } = await pull({ targets: 'codes.csv' }, (clone) =>
      edit(clone, 'codes.csv.dvc', (text) => text.replace('http://', `http://someone:${password}@`)),
    );
    closed.delete('acme/registry');
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('which data is imported from, cannot be read');
    expect(run.stdout).not.toContain('s3cret');
  });
});
