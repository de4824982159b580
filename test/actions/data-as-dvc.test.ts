import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-as-dvc-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Files = Readonly<Record<string, string>>;

/** A repository with a remote in a folder. */
async function createOrigin(files: Files): Promise<DvcRepository> {
  count += 1;
  const origin = await DvcRepository.create(path.join(root, `${count}`, 'origin'));
  await origin.dvc('remote', 'add', '--default', 'storage', path.join(root, `${count}`, 'remote'));
  await origin.write(files);
  return origin;
}

async function publish(origin: DvcRepository, ...tracked: string[]): Promise<void> {
  if (tracked.length > 0) await origin.dvc('add', '--quiet', ...tracked);
  await origin.dvc('push', '--quiet');
  await origin.commit('data');
}

/** Two clones: one for the real dvc, one for us. */
async function twoClones(origin: DvcRepository): Promise<{ theirs: DvcRepository; ours: DvcRepository }> {
  const place = path.dirname(origin.folder);
  return { theirs: await origin.clone(path.join(place, 'theirs')), ours: await origin.clone(path.join(place, 'ours')) };
}

function run(action: string, { folder }: DvcRepository, inputs: Files = {}): Promise<ActionRun> {
  return runActionSource(action, { workspace: folder, temp: path.join(folder, '..', 'temp'), inputs });
}

const pull = (repository: DvcRepository, inputs: Files = {}) =>
  run('data-pull', repository, { targets: 'all', ...inputs });

/** Path to mode, of all files and folders but those of Git and DVC. */
async function treeOf({ folder }: DvcRepository): Promise<Record<string, number>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => !/^\.(git|dvc)(\/|$)/.test(name));
  const modes = names.sort().map(async (name) => [name, (await stat(path.join(folder, name))).mode] as const);
  return Object.fromEntries(await Promise.all(modes));
}

describe('data-pull leaves what dvc pull leaves', () => {
  it('of folders without files, before and after a commit that empties some', async () => {
    const origin = await createOrigin({ 'images/cat/1': '1', 'images/dog/deep/2': '2', 'images/3': '3' });
    await mkdir(path.join(origin.folder, 'empty'));
    await publish(origin, 'images', 'empty');
    const { theirs, ours } = await twoClones(origin);
    await theirs.dvc('pull');
    expect((await pull(ours)).exitCode).toBe(0);
    expect(await treeOf(ours)).toEqual(await treeOf(theirs));
    await rm(path.join(origin.folder, 'images/dog'), { recursive: true });
    await publish(origin, 'images');
    for (const clone of [theirs, ours]) await clone.git('pull', '--quiet');
    await theirs.dvc('pull');
    expect((await pull(ours)).exitCode).toBe(0);
    const tree = await treeOf(ours);
    expect(tree).toEqual(await treeOf(theirs));
    expect(Object.keys(tree)).not.toContain('images/dog');
    expect(await ours.dvc('status')).toContain('up to date');
  });

  it.each(['hardlink', 'symlink', 'copy'])('of programs, in a second pull too: %s', async (type) => {
    const origin = await createOrigin({ 'run.sh': '#!/bin/sh\n' });
    await origin.dvc('config', 'cache.type', type);
    await chmod(path.join(origin.folder, 'run.sh'), 0o755);
    await publish(origin, 'run.sh');
    const { theirs, ours } = await twoClones(origin);
    for (const verify of ['false', 'true', 'false']) {
      await theirs.dvc('pull');
      expect((await pull(ours, { 'verify-cache': verify })).exitCode).toBe(0);
      expect(await treeOf(ours)).toEqual(await treeOf(theirs));
    }
  });
});

const IMAGES: Files = { 'images/cat/1': '1', 'images/cat/2': '22', 'images/dog/1': 'd', 'images/3': '333' };

async function imagesOrigin(): Promise<DvcRepository> {
  const origin = await createOrigin(IMAGES);
  await publish(origin, 'images');
  return origin;
}

/** What a clone of the last commit has after the real `dvc pull`. */
async function asOthersGetIt(repository: DvcRepository): Promise<readonly string[]> {
  await repository.commit('pushed');
  const other = await repository.clone(path.join(repository.folder, '..', 'other'));
  await other.dvc('pull');
  const files = await readdir(path.join(other.folder, 'images'), { recursive: true, withFileTypes: true });
  return files
    .filter((one) => one.isFile())
    .map((one) => path.join(one.parentPath, one.name).slice(other.folder.length + 8))
    .sort();
}

describe('data-push, where a pull brought only a part of a folder', () => {
  it('changes nothing where nothing was changed', async () => {
    const { ours } = await twoClones(await imagesOrigin());
    await pull(ours, { targets: 'images/cat' });
    const pushed = await run('data-push', ours);
    expect(pushed.exitCode, pushed.stdout).toBe(0);
    expect(pushed.outputs['changed-files']).toBe('');
    expect(pushed.stdout).toContain('images: 2 recorded files that are not here stay in it');
    expect(await ours.git('status', '--porcelain')).toBe('');
  });

  it.each<{ name: string; inputs: Files }>([
    { name: 'without targets', inputs: {} },
    { name: 'by the part', inputs: { targets: 'images/cat' } },
  ])('records new and changed files as dvc add of these does: $name', async ({ inputs }) => {
    const { theirs, ours } = await twoClones(await imagesOrigin());
    await theirs.dvc('pull', 'images/cat');
    await pull(ours, { targets: 'images/cat' });
    for (const change of [{ 'images/cat/new': 'new' }, { 'images/cat/1': 'changed' }]) {
      for (const clone of [theirs, ours]) await clone.write(change);
      await theirs.dvc('add', ...Object.keys(change));
      const pushed = await run('data-push', ours, inputs);
      expect(pushed.exitCode, pushed.stdout).toBe(0);
      const pointers = [theirs, ours].map(({ folder }) => readFile(path.join(folder, 'images.dvc'), 'utf8'));
      const [expected, written] = await Promise.all(pointers);
      expect(written).toBe(expected);
    }
    expect(await asOthersGetIt(ours)).toEqual(['3', 'cat/1', 'cat/2', 'cat/new', 'dog/1']);
  });

  it('records what was removed from the part, and nothing else as removed', async () => {
    const { ours } = await twoClones(await imagesOrigin());
    await pull(ours, { targets: 'images/cat' });
    await rm(path.join(ours.folder, 'images/cat/2'));
    expect((await run('data-push', ours)).exitCode).toBe(0);
    expect(await asOthersGetIt(ours)).toEqual(['3', 'cat/1', 'dog/1']);
  });

  it('leaves out nothing that a failed pull did not bring', async () => {
    const origin = await imagesOrigin();
    const { ours } = await twoClones(origin);
    const object = path.join(origin.folder, '..', 'remote/files/md5/31/0dcbbf4cce62f762a2aaa148d556bd');
    await rename(object, `${object}.away`);
    expect((await pull(ours)).exitCode).toBe(1);
    expect((await pull(ours, { 'allow-missing': 'true' })).outputs.missing).toBe('images/3');
    expect((await run('data-push', ours)).outputs['changed-files']).toBe('');
    await rename(`${object}.away`, object);
    expect((await pull(ours)).exitCode).toBe(0);
    await rm(path.join(ours.folder, 'images/3'));
    expect((await run('data-push', ours)).outputs['changed-files']).toBe('images.dvc');
    expect(await asOthersGetIt(ours)).toEqual(['cat/1', 'cat/2', 'dog/1']);
  });

  it('pushes a part into a folder of which nothing is here, and leaves alone what is outside of it', async () => {
    const { ours } = await twoClones(await imagesOrigin());
    await ours.write({ 'images/cat/new': 'new', 'images/bird/1': 'not named' });
    expect((await run('data-push', ours, { targets: 'images/cat/new' })).exitCode).toBe(0);
    expect(await asOthersGetIt(ours)).toEqual(['3', 'cat/1', 'cat/2', 'cat/new', 'dog/1']);
  });

  it('names a command that keeps a changed file and the rest of its folder', async () => {
    const { ours } = await twoClones(await imagesOrigin());
    await pull(ours, { targets: 'images/cat' });
    await ours.write({ 'images/cat/1': 'by hand' });
    const refused = await pull(ours);
    expect(refused.stdout).toContain("Keep them with 'dvc add images/cat/1', remove them, or set force: true.");
    await ours.dvc('add', 'images/cat/1');
    await ours.dvc('push', '--quiet');
    expect((await pull(ours)).exitCode).toBe(0);
    expect(await asOthersGetIt(ours)).toEqual(['3', 'cat/1', 'cat/2', 'dog/1']);
  });
});

it.each(['data-pull', 'data-push'])('%s refuses a part that no folder has', async (action) => {
  const { ours } = await twoClones(await imagesOrigin());
  await pull(ours);
  for (const part of ['images/cta', 'images/*.png', 'images/3/x']) {
    const refused = await run(action, ours, { targets: part });
    expect(refused.exitCode, part).toBe(1);
    expect(refused.stdout).toContain(`target "${part}": images holds no such file or folder by images.dvc`);
  }
});
