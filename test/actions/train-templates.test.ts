import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DvcRepository } from '../testkit/dvc-repository.ts';
import { runActionSource } from '../testkit/run-action.ts';

const CONFIG = `version: 1
models:
  m:
    task: regression
    artifact: model.txt
    train: { stages: [train] }
    data: { label: y }
    evaluate: { dataset: raw.csv, metrics: [rmse] }
    gate: { rules: [{ metric: rmse, max: 1 }] }
`;

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-templates-'));
});

afterAll(async () => {
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

type Files = Readonly<Record<string, string>>;

async function repository(files: Files, config: Files = {}): Promise<DvcRepository> {
  count += 1;
  const made = await DvcRepository.create(path.join(root, `${count}`, 'repository'));
  await made.write({ 'tidegate.yaml': CONFIG, ...files });
  const lines = Object.entries(config).map(([key, value]) => `${key} = ${value}\n`);
  const before = await readFile(path.join(made.folder, '.dvc/config'), 'utf8');
  await made.write({ '.dvc/config': `${before}[parsing]\n${lines.join('')}` });
  return made;
}

const train = (made: DvcRepository) =>
  runActionSource('train', { workspace: made.folder, temp: path.join(path.dirname(made.folder), 'temp') });

/** Trains by us and by the real DVC, and compares what both leave. */
async function compare(files: Files, config: Files = {}): Promise<string> {
  const [mine, theirs] = [await repository(files, config), await repository(files, config)];
  const trained = await train(mine);
  expect(trained.exitCode, trained.stdout).toBe(0);
  await theirs.dvc('repro', '--quiet', 'train');
  const text = (made: DvcRepository, file: string) => readFile(path.join(made.folder, file), 'utf8');
  for (const file of ['dvc.lock', 'model.txt', '.gitignore'])
    expect(await text(mine, file)).toBe(await text(theirs, file));
  expect(await mine.dvc('status')).toContain('up to date');
  expect((await train(mine)).outputs.ran).toBe('false');
  return text(mine, 'model.txt');
}

/** What both of us refuse. */
async function refused(files: Files): Promise<string> {
  const made = await repository(files);
  const trained = await train(made);
  expect(trained.exitCode, trained.stdout).toBe(1);
  expect(trained.stdout).not.toContain('defect of Tidegate');
  await expect(made.dvc('repro', 'train')).rejects.toThrow('ERROR');
  return trained.stdout;
}

describe('a mapping in a command', () => {
  const params = `train:
  lr: 0.01
  small: 1e-7
  fast: true
  slow: false
  name: it's here
  empty: ""
  none: null
  layers: [1, 2.0, "a b", true, null]
  nothing: []
  deep: { a: { b: x }, off: false }
`;
  const pipeline = `stages:
  train:
    cmd:
      - printf '%s|' \${train} > model.txt
      - echo deep \${train.deep} "\${train.lr}" none \${train.none} >> model.txt
    params: [train]
    outs: [model.txt]
`;

  it.each([
    ['store_true', 'nargs'],
    ['boolean_optional', 'append'],
  ])('becomes options as DVC writes them, with parsing.bool = %s and parsing.list = %s', async (bool, list) => {
    const files = { 'params.yaml': params, 'dvc.yaml': pipeline };
    const made = await compare(files, { bool, list });
    expect(made.includes('--no-slow')).toBe(bool === 'boolean_optional');
    expect(made).toContain("--name|it's here|");
  });

  it.each([
    ['with a list in a list', 'train: { a: [[1]] }\n', `echo \${train} > model.txt`, 'holds a list or a mapping'],
    ['and a list alone', 'train: [1]\n', `echo \${train} > model.txt`, 'a list, which cannot be in a text'],
    ['as the whole command', 'train: { a: 1 }\n', `\${train}`, 'is a mapping and no command'],
  ])('is refused %s, as DVC refuses it', async (_, values, command, message) => {
    const stage = `stages:\n  train:\n    cmd: ${command}\n    outs: [model.txt]\n`;
    expect(await refused({ 'params.yaml': values, 'dvc.yaml': stage })).toContain(message);
  });
});
