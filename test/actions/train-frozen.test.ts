import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { runActionSource } from '../../testkit/run-action.ts';

const FILES = {
  'tidegate.yaml': `version: 1
models:
  m:
    task: regression
    artifact: model.txt
    train: { stages: [train] }
    data: { label: y }
    evaluate: { dataset: raw.csv, metrics: [rmse] }
    gate: { rules: [{ metric: rmse, max: 1 }] }
`,
  'dvc.yaml': `stages:
  source: { cmd: exit 3, outs: [source.txt] }
  prep:
    cmd: exit 3
    deps: [source.txt]
    params: [seed]
    outs: [p.txt]
    frozen: true
  train:
    cmd: cat p.txt raw.csv > model.txt
    deps: [p.txt, raw.csv]
    outs: [model.txt]
`,
  'params.yaml': 'seed: 1\n',
  'source.txt': 'source',
  'p.txt': 'p',
};

let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-frozen-'));
});

afterAll(async () => {
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

/** With a frozen import as DVC makes it. */
async function repository(name: string): Promise<DvcRepository> {
  const made = await DvcRepository.create(path.join(root, name, 'repository'));
  await made.write({ ...FILES, '../outside.csv': 'y\n1\n' });
  await made.dvc('import-url', '--quiet', '../outside.csv', 'raw.csv');
  return made;
}

const train = (made: DvcRepository) =>
  runActionSource('train', { workspace: made.folder, temp: path.join(path.dirname(made.folder), 'temp') });

const text = (made: DvcRepository, file: string) => readFile(path.join(made.folder, file), 'utf8');

describe('train with a frozen stage', () => {
  it('records it in dvc.lock as dvc repro does, runs neither it nor what is before it, and sees its output change', async () => {
    const [mine, theirs] = [await repository('mine'), await repository('theirs')];
    for (const change of ['p', 'changed']) {
      for (const made of [mine, theirs]) await made.write({ 'p.txt': change });
      const trained = await train(mine);
      expect(trained.exitCode, trained.stdout).toBe(0);
      expect(trained.outputs.ran).toBe('true');
      await theirs.dvc('repro', '--quiet', 'train');
      expect(await text(mine, 'dvc.lock')).toBe(await text(theirs, 'dvc.lock'));
      expect(await text(mine, 'raw.csv.dvc')).toBe(await text(theirs, 'raw.csv.dvc'));
    }
    // Neither its dependencies nor its parameters count.
    await mine.write({ 'source.txt': 'other', 'params.yaml': 'seed: 2\n' });
    const again = await train(mine);
    expect(again.outputs.ran, again.stdout).toBe('false');
    expect(await mine.dvc('status', 'train', 'prep')).toContain('up to date');
  });

  it('fails where an output of it is absent, as dvc repro does', async () => {
    const made = await repository('absent');
    await rm(path.join(made.folder, 'p.txt'));
    const refused = await train(made);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('stage prep is frozen, and its output p.txt does not exist');
    await expect(made.dvc('repro', 'train')).rejects.toThrow("missing data 'source': p.txt");
  });

  it('has its outputs pulled, because nothing makes them', async () => {
    const made = await repository('pulled');
    await made.dvc('remote', 'add', '--default', 'storage', path.join(root, 'remote'));
    await made.dvc('repro', '--quiet', 'train');
    await made.dvc('push', '--quiet');
    await made.commit('all');
    const clone = await made.clone(path.join(root, 'clone', 'repository'));
    const options = { workspace: clone.folder, temp: path.join(root, 'clone', 'temp') };
    const pulled = await runActionSource('data-pull', options);
    expect(pulled.exitCode, pulled.stdout).toBe(0);
    expect(pulled.outputs.files).toBe('2');
    expect(await text(clone, 'p.txt')).toBe('p');
    expect((await runActionSource('train', options)).exitCode).toBe(0);
  });
});
