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

/** The stages of a lock, or lines: DVC runs stages that do not wait for each other in any order. */
function parts(text: string): readonly string[] {
  return text.split(/^(?= {2}\S|\/)/m).sort();
}

/** Trains by us and by the real DVC, and compares what both leave. */
async function compare(files: Files, config: Files = {}): Promise<string> {
  const [mine, theirs] = [await repository(files, config), await repository(files, config)];
  const trained = await train(mine);
  expect(trained.exitCode, trained.stdout).toBe(0);
  await theirs.dvc('repro', '--quiet', 'train');
  const text = (made: DvcRepository, file: string) => readFile(path.join(made.folder, file), 'utf8');
  for (const file of ['model.txt', 'dvc.lock', '.gitignore'])
    expect(parts(await text(mine, file))).toEqual(parts(await text(theirs, file)));
  expect(await mine.dvc('repro', '--dry', 'train')).toContain('up to date');
  expect((await train(mine)).outputs.ran).toBe('false');
  return text(mine, 'model.txt');
}

describe('parameters', () => {
  const yaml = `yes: yes
on: on
thousand: 1_000
octal: [0o17, 017, 0o8]
hexadecimal: 0x_1F
binary: -0b1_01
time: 1:30
float: [1_000.5, 1.e3, .5, 1E5, 12e03, +1, -.INF]
nothing: ~
word: TRUE
large: 9007199254740993
`;
  const toml = 'a = 1_000\nb = 0o17\nc = 1.0\nd = 1e3\n[table]\ne = [1, 2.5]\nf = "x"\n';
  const json = '{"a": 1, "b": 1.0, "c": 1e5, "d": {"e": [true, null, "x"]}, "f": 9007199254740993}';
  const pipeline = `stages:
  train:
    cmd: echo \${thousand} \${octal[0]} \${hexadecimal} \${binary} \${float[0]} \${yes} \${word} > model.txt
    params: [params.yaml: , p.toml: , p.json: ]
    outs: [model.txt]
`;

  it('of YAML, TOML and JSON are what DVC reads and records', async () => {
    const made = await compare({
      'params.yaml': yaml,
      'p.toml': toml,
      'p.json': json,
      'dvc.yaml': pipeline,
    });
    expect(made).toBe('1000 15 31 -5 1000.5 yes true\n');
  });
});

describe('stages of foreach, matrix and vars', () => {
  const files = {
    'params.yaml': 'sizes: [1, 2]\nmodels: { cnn: { lr: 0.1, on: true }, mlp: { lr: 1e-5 } }\n',
    'more.yaml': 'folder: part\nunused: 1\n',
    'part/own.yaml': 'own: { depth: 3 }\n',
    'dvc.yaml': `vars:
  - more.yaml:folder
  - shared: { a: x }
stages:
  size:
    foreach: \${sizes}
    do:
      cmd: echo \${item} \${shared.a} > size-\${item}.txt
      outs: ['size-\${item}.txt']
  model:
    foreach: \${models}
    do:
      cmd: echo \${item} \${key} > \${key}.txt
      params: ['models.\${key}.lr']
      outs: ['\${key}.txt']
  listed:
    foreach: [{ n: a }, { n: b }]
    do:
      cmd: echo \${item.n} > listed-\${item.n}.txt
      outs: ['listed-\${item.n}.txt']
  grid:
    matrix:
      size: \${sizes}
      kind: [{ n: p }, q]
      flag: [true, 1.0]
    cmd: echo "\${key}" \${item.size} >> grid-\${key}.txt
    outs: ['grid-\${key}.txt']
  train:
    wdir: \${folder}
    vars: [own.yaml, { own: { wide: 2 } }]
    cmd: cat ../size-1.txt ../cnn.txt > ../model.txt && echo \${own} >> ../model.txt
    deps: [../size-1.txt, ../size-2.txt, ../cnn.txt, ../mlp.txt, ../listed-a.txt, ../grid-1-kind0-true.txt]
    outs: [../model.txt]
`,
  };

  it('run as with dvc repro, with the locks that it writes', async () => {
    const made = await compare(files);
    expect(made).toContain('--depth 3 --wide 2');
  });

  it.each([
    [
      'vars that set a name again',
      'vars: [{ a: 1 }, { a: 2 }]\nstages: { train: { cmd: echo 1 > model.txt } }\n',
      'sets a',
    ],
    ['a foreach of a number', 'stages: { train: { foreach: 3, do: { cmd: echo } } }\n', 'neither a list nor a mapping'],
    ['a file of vars that is absent', 'vars: [no.yaml]\nstages: { train: { cmd: echo } }\n', 'does not exist'],
  ])('are refused for %s, as DVC refuses them', async (_, pipeline, message) => {
    expect(await refused({ 'dvc.yaml': pipeline })).toContain(message);
  });
});

describe('targets of data-pull', () => {
  it('may be absolute, and hold a backslash, as with dvc pull', async () => {
    const made = await repository({ 'a\\b.csv': 'odd', 'plain.csv': 'plain' });
    await made.dvc('remote', 'add', '--default', 'storage', path.join(root, 'remote'));
    await made.dvc('add', '--quiet', 'a\\b.csv', 'plain.csv');
    await made.dvc('push', '--quiet');
    for (const file of ['a\\b.csv', 'plain.csv', '.dvc/cache'])
      await rm(path.join(made.folder, file), { recursive: true });
    const targets = `${path.join(made.folder, 'plain.csv')}\na\\b.csv.dvc`;
    const options = { workspace: made.folder, temp: path.join(path.dirname(made.folder), 'temp') };
    const pulled = await runActionSource('data-pull', { ...options, inputs: { targets } });
    expect(pulled.exitCode, pulled.stdout).toBe(0);
    expect(await readFile(path.join(made.folder, 'a\\b.csv'), 'utf8')).toBe('odd');
    expect(await readFile(path.join(made.folder, 'plain.csv'), 'utf8')).toBe('plain');
    const outside = await runActionSource('data-pull', { ...options, inputs: { targets: '/etc/passwd' } });
    expect(outside.exitCode).toBe(1);
    expect(outside.stdout).toContain('is not a place for data in this repository');
  });
});

/** What both of us refuse. */
async function refused(files: Files): Promise<string> {
  const made = await repository(files);
  const trained = await train(made);
  expect(trained.exitCode, trained.stdout).toBe(1);
  expect(trained.stdout).not.toContain('defect of Tidegate');
  await expect(made.dvc('repro', 'train')).rejects.toThrow();
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
    ['with a list in a list', 'train: { a: [[1]] }\n', `echo \${train} > model.txt`, 'contains a list or a mapping'],
    ['and a list alone', 'train: [1]\n', `echo \${train} > model.txt`, 'a list, which is not allowed in a text'],
    ['as the whole command', 'train: { a: 1 }\n', `\${train}`, 'is a mapping, not a command'],
  ])('is refused %s, as DVC refuses it', async (_, values, command, message) => {
    const stage = `stages:\n  train:\n    cmd: ${command}\n    outs: [model.txt]\n`;
    expect(await refused({ 'params.yaml': values, 'dvc.yaml': stage })).toContain(message);
  });
});
