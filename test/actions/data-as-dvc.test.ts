import { chmod, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
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
