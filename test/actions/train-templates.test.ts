import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
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

describe('parameters that only Python tells apart', () => {
  const stage = (params: string) =>
    `stages: { train: { cmd: echo > model.txt, params: [${params}], outs: [model.txt] } }\n`;

  it.each<[string, Files]>([
    [
      'keys that are numbers, booleans and null',
      { 'p.yaml': 'a: { 0: 1.5, 1: 2, 2.5: x }\nb: { true: 1 }\nc: { ~: 2 }\nd: { "0": 1 }\n' },
    ],
    [
      'keys of JSON in the order of the file',
      { 'p.json': '{"b": {"10": 1, "9": 2, "x": 3, "__proto__": {"y": 4}}, "a": 1}' },
    ],
    ['the last of equal keys of JSON', { 'p.json': '{"a": {"x": 1, "y": 2, "x": 3}}' }],
    ['a file without parameters', { 'p.yaml': '# none yet\n' }],
    ['a whole file, of which keys are named too', { 'p.yaml': 'a: 1\nb: 2\n' }],
    ['an empty list of JSON', { 'p.json': '[]' }],
  ])('are recorded as by dvc repro: %s', async (_, files) => {
    const [file] = Object.keys(files);
    const keys = /^a: 1/.test(files[file ?? ''] ?? '') ? `, ${file}: [a]` : '';
    await compare({ ...files, 'dvc.yaml': stage(`${file}: ${keys}`) });
  });

  it('are numbers that JSON has not, which change each time', async () => {
    const files = { 'p.json': '{"a": NaN, "b": [Infinity, -Infinity]}', 'dvc.yaml': stage('p.json: ') };
    const [mine, theirs] = [await repository(files), await repository(files)];
    expect((await train(mine)).exitCode).toBe(0);
    await theirs.dvc('repro', '--quiet', 'train');
    const lock = (made: DvcRepository) => readFile(path.join(made.folder, 'dvc.lock'), 'utf8');
    expect(await lock(mine)).toBe(await lock(theirs));
    expect(await theirs.dvc('status')).toContain('modified');
    expect((await train(mine)).outputs.ran).toBe('true');
  });

  it.each([
    ['a whole number beyond 2^53', '9007199254740993', '9007199254740992', 'true'],
    ['true and 1', 'true', '1', 'false'],
    ['1 and 1.0', '1', '1.0', 'false'],
    ['mappings in another order', '{ x: 1, y: 2 }', '{ y: 2, x: 1 }', 'false'],
  ])('change or not as for dvc repro: %s', async (_, before, after, ran) => {
    const made = await repository({ 'p.yaml': `a: ${before}\n`, 'dvc.yaml': stage('p.yaml: [a]') });
    expect((await train(made)).exitCode).toBe(0);
    await made.write({ 'p.yaml': `a: ${after}\n` });
    expect((await made.dvc('repro', '--dry', 'train')).includes('Running stage')).toBe(ran === 'true');
    expect((await train(made)).outputs.ran).toBe(ran);
  });

  it('are named by steps between dots: keys that are numbers, and places in lists', async () => {
    const text = 'w: { 0: a, s: [5, 6, { k: 7 }] }\nl: [1, 2]\n2: x\n';
    await compare({ 'p.yaml': text, 'dvc.yaml': stage('p.yaml: [w.0, w.s.0, w.s.2.k, l.-1, "2", .l.0]') });
  });

  it.each([
    ['a key with a dot in it', 'a.b: 1\n', '[a.b]', 'missing'],
    ['an index in brackets', 'a: [1]\n', '["a[0]"]', 'list.0'],
    ['a date', 't: 2020-01-01\n', '[t]', 'a date'],
    ['a date as a key', 't: { 2020-01-01: 1 }\n', '[t]', 'which dvc.lock cannot record'],
    ['keys of several kinds', 't: { 1: 1, a: 2 }\n', '[t]', 'keys of several kinds'],
    ['the same key as a text and a number', 't: { 1: 1, "1": 2 }\n', '[t]', 'which dvc.lock cannot record'],
    ['a tag of its own', 't: !mine 1\n', '[t]', 'Remove the tag'],
    ['bytes', 't: !!binary YWI=\n', '[t]', 'Remove the tag'],
    ['a list as the whole file', '[1, 2]\n', '', 'not a mapping of parameters'],
    ['a text as the whole file', 'text\n', '', 'not a mapping of parameters'],
    ['names that are numbers', '2: 1\n', '', 'names are not texts'],
  ])('are refused for %s, as DVC refuses them', async (_, text, keys, message) => {
    expect(await refused({ 'p.yaml': text, 'dvc.yaml': stage(`p.yaml: ${keys}`) })).toContain(message);
  });

  it('are refused where their file is absent, as DVC refuses them', async () => {
    expect(await refused({ 'dvc.yaml': stage('p.yaml: ') })).toContain('p.yaml, which does not exist');
  });

  it('are refused in params.yaml where a date is anywhere, as DVC refuses it', async () => {
    expect(await refused({ 'params.yaml': 'a: 1\nb: [2020-01-01]\n', 'dvc.yaml': stage('a') })).toContain(
      'a date in b',
    );
  });

  it('are left out of variables where their keys are no texts, and name stages of a foreach', async () => {
    const made = await compare({
      'params.yaml': 'd: { a: 1, 2: 3 }\ne: [{ 0: x, b: y }]\n',
      'dvc.yaml': `stages:
  each:
    foreach: { 0: a, true: b, 1.5: { c: 1, 2: 3 }, ~: d }
    do: { cmd: 'echo \${key} > \${key}.txt', outs: ['\${key}.txt'] }
  train: { cmd: 'cat true.txt > model.txt; echo \${d} \${e[0]} >> model.txt', deps: [0.txt, true.txt, 1.5.txt, None.txt], outs: [model.txt] }
`,
    });
    expect(made).toBe('true\n--a 1 --b y\n');
  });
});

describe('links and folders', () => {
  const pipeline = 'stages: { train: { cmd: cat src/a > model.txt, deps: [src], outs: [model.txt] } }\n';

  it('within a dependency count as for dvc repro: those to folders do not', async () => {
    const files = { 'src/a': '1', 'real/q': '2', 'dvc.yaml': pipeline };
    const [mine, theirs] = [await repository(files), await repository(files)];
    for (const { folder } of [mine, theirs]) {
      await symlink('../real', path.join(folder, 'src/folder'));
      await symlink('../real/q', path.join(folder, 'src/file'));
    }
    const trained = await train(mine);
    expect(trained.exitCode, trained.stdout).toBe(0);
    await theirs.dvc('repro', '--quiet', 'train');
    const lock = (made: DvcRepository) => readFile(path.join(made.folder, 'dvc.lock'), 'utf8');
    expect(await lock(mine)).toBe(await lock(theirs));
  });

  it('are refused by name where a link leads to nothing', async () => {
    const made = await repository({ 'src/a': '1', 'dvc.yaml': pipeline });
    await symlink('../none', path.join(made.folder, 'src/link'));
    const trained = await train(made);
    expect(trained.exitCode).toBe(1);
    expect(trained.stdout).toContain('src/link is a link to something that does not exist');
    await expect(made.dvc('repro', 'train')).rejects.toThrow();
  });

  it('are refused by name where a stage runs in a folder that is absent', async () => {
    const text = 'stages: { train: { wdir: none, cmd: echo > ../model.txt, outs: [../model.txt] } }\n';
    expect(await refused({ 'dvc.yaml': text })).toContain('runs in none, which does not exist');
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

  it('name places in lists from the end, and keys in brackets, as for DVC', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: DVC fills it in.
    const pipeline = "stages: { train: { cmd: 'echo ${a[-1]} ${a.0} ${b[c].d[0]} > model.txt', outs: [model.txt] } }\n";
    const made = await compare({ 'params.yaml': 'a: [1, 2]\nb: { c: { d: [3] } }\n', 'dvc.yaml': pipeline });
    expect(made).toBe('2 1 3\n');
  });

  it.each([
    [
      'vars that set a name again',
      'vars: [{ a: 1 }, { a: 2 }]\nstages: { train: { cmd: echo 1 > model.txt } }\n',
      'sets a',
    ],
    ['a misspelled key', 'stages: { train: { cmd: echo 1 > model.txt, dep: [a] } }\n', 'Did you mean "deps"?'],
    ['an unknown key of a foreach', 'stages: { train: { foreach: [1], do: { cmd: echo, foo: 1 } } }\n', 'key "foo"'],
    ['a flag that is a text', 'stages: { train: { cmd: echo, always_changed: "yes" } }\n', 'not true or false'],
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
