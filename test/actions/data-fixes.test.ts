import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { runActionSource } from '../../testkit/run-action.ts';

const CONFIG = `version: 1
models:
  m:
    task: regression
    artifact: model.txt
    train: { stages: [train] }
    data: { label: y }
    evaluate: { dataset: one file.csv, metrics: [rmse] }
    gate: { rules: [{ metric: rmse, max: 1 }] }
`;
const PIPELINE = `stages:
  train: { cmd: echo m > model.txt, outs: [model.txt, private.txt: { push: false }] }
  gen:
    foreach: [a]
    do:
      cmd: echo \${item} > \${item}.txt
      outs: ['\${item}.txt']
`;
const WORDS = /"(?:\\.|[^"\\])*"|[^\s"]+/g;

let root: string;
let repository: DvcRepository;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-fixes-'));
  repository = await DvcRepository.create(path.join(root, 'repository'));
  await repository.dvc('remote', 'add', '--default', 'storage', path.join(root, 'remote'));
  await repository.write({
    'tidegate.yaml': CONFIG,
    'dvc.yaml': PIPELINE.replace('echo m', 'echo p > private.txt; echo m'),
    'one file.csv': 'one',
    'folder/a': 'inside a',
    'folder/b': 'inside b',
    'sub/dvc.yaml': 'stages:\n  deep: { cmd: echo d > d.txt, outs: [d.txt] }\n',
  });
  await repository.dvc('add', '--quiet', 'one file.csv', 'folder');
  await repository.dvc('repro', '--quiet', '--all-pipelines');
  await repository.dvc('push', '--quiet', 'folder');
  await repository.commit('data');
}, 120_000);

afterAll(async () => {
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

const pull = (made: DvcRepository, inputs: Readonly<Record<string, string>>) =>
  runActionSource('data-pull', {
    workspace: made.folder,
    temp: path.join(path.dirname(made.folder), 'temp'),
    inputs: { targets: 'all', ...inputs },
  });

/** Runs the commands of DVC that a message names. */
async function follow(stdout: string): Promise<readonly string[]> {
  const commands = [...new Set([...stdout.matchAll(/'dvc ([^']+)'/g)].map(([, command = '']) => command))];
  for (const command of commands) {
    const words = [...command.matchAll(WORDS)].map(([word]) => word.replace(/^"|"$/g, ''));
    await repository.dvc(...words);
  }
  return commands;
}

describe('data-pull, where the remote lacks something', () => {
  it('names commands of dvc that upload it, for files, stages, folders and files in folders, and lists all of it', async () => {
    const [inside] = (await readFile(path.join(repository.folder, 'folder.dvc'), 'utf8')).match(/[0-9a-f]{32}/) ?? [''];
    const list = path.join(root, 'remote/files/md5', inside.slice(0, 2), `${inside.slice(2)}.dir`);
    const [entry] = JSON.parse(await readFile(list, 'utf8'));
    await rm(path.join(root, 'remote/files/md5', entry.md5.slice(0, 2), entry.md5.slice(2)));
    const refused = await pull(repository, { 'check-only': 'true' });
    expect(refused.exitCode).toBe(1);
    const missing = ['a.txt', 'folder/a', 'model.txt', 'one file.csv', 'private.txt', 'sub/d.txt'];
    expect(refused.outputs.missing?.split('\n')).toEqual(missing);
    expect(refused.stdout).toContain('It has push: false');
    const said = /Delete the directory manifest of its folder \(([^)]+)\)/.exec(refused.stdout)?.[1] ?? '';
    expect(existsSync(said), refused.stdout).toBe(true);
    await rm(said);
    expect(new Set(await follow(refused.stdout))).toEqual(
      new Set(['push gen@a', 'push folder.dvc', 'push train', 'push "one file.csv.dvc"', 'push sub/dvc.yaml:deep']),
    );
    const after = await pull(repository, { 'check-only': 'true' });
    expect(after.outputs.missing).toBe('private.txt');
  });

  it('lists what a failing pull lacks, the list of a folder and a file beside it, and writes nothing', async () => {
    const clone = await repository.clone(path.join(root, 'clone', 'repository'));
    await rm(path.join(root, 'remote'), { recursive: true });
    const refused = await pull(clone, { targets: 'folder\none file.csv' });
    expect(refused.exitCode).toBe(1);
    expect(refused.outputs.missing?.split('\n')).toEqual(['folder', 'one file.csv']);
    expect(existsSync(path.join(clone.folder, 'one file.csv'))).toBe(false);
  });
});

describe('data-pull, where data was changed or never recorded', () => {
  it('names commands of dvc that record it', async () => {
    await repository.write({ 'folder/b': 'by hand', 'model.txt': 'by hand' });
    const refused = await pull(repository, { targets: 'folder\ntrain' });
    expect(refused.exitCode).toBe(1);
    expect(await follow(refused.stdout)).toEqual(['commit --force folder.dvc', 'commit --force train']);
    expect(await repository.dvc('status', 'folder.dvc', 'train')).toContain('up to date');
    await repository.write({ 'new.csv.dvc': 'outs:\n- path: new.csv\n', 'new.csv': 'new' });
    const unrecorded = await pull(repository, { targets: 'new.csv' });
    expect(unrecorded.outputs.missing).toBe('new.csv');
    expect(await follow(unrecorded.stdout)).toEqual(['commit --force new.csv.dvc', 'push new.csv.dvc']);
    expect((await pull(repository, { targets: 'new.csv' })).exitCode).toBe(0);
  });
});
