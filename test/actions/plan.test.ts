import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runGit } from '../../testkit/git-client.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';

const model = (folder: string, { train = '', evaluate = '', gate = 0.7 } = {}) => `  ${folder}:
    task: binary-classification
    artifact: ${folder}/model.pkl
    train: ${train === '' ? `{ command: cd ${folder} && python train.py, deps: [${folder}/train.py, ${folder}/data/train.csv] }` : train}
    data: { label: y }
    evaluate:
      dataset: ${folder}/data/test.csv
      predict: cd ${folder} && python predict.py {artifact} {dataset} {predictions}
      deps: [${folder}/predict.py]
${evaluate}    gate: { rules: [{ metric: accuracy, min: ${gate} }] }
    register: { store: /srv/${folder} }
`;
const config = (...models: readonly string[]) => `version: 1\nmodels:\n${models.join('')}`;
const WORKFLOW = '.github/workflows/model-ci.yml';
const filesOf = (folder: string) => ({
  [`${folder}/train.py`]: 'print(1)\n',
  [`${folder}/predict.py`]: 'print(2)\n',
  [`${folder}/data/train.csv`]: 'a,y\n1,0\n',
  [`${folder}/data/test.csv`]: 'a,y\n2,1\n',
});
type Files = Readonly<Record<string, string | null>>;
const START: Files = {
  'tidegate.yaml': config(model('eta'), model('price')),
  'README.md': 'Two models.\n',
  [WORKFLOW]: 'name: ci\n',
  ...filesOf('eta'),
  ...filesOf('price'),
};

let root: string;
let clone: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-plan-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  count += 1;
  clone = path.join(root, `clone-${count}`);
  await mkdir(clone, { recursive: true });
  await runGit(clone, ['init', '--quiet', '--initial-branch=main', '.']);
  await commit(START);
});

async function commit(files: Files): Promise<string> {
  for (const [file, text] of Object.entries(files)) {
    const to = path.join(clone, file);
    await mkdir(path.dirname(to), { recursive: true });
    if (text === null) await rm(to);
    else await writeFile(to, text);
  }
  await runGit(clone, ['add', '--all']);
  await runGit(clone, ['commit', '--quiet', '--allow-empty', '-m', 'change']);
  return runGit(clone, ['rev-parse', 'HEAD']);
}

/** The check-out of a pull request: the merge of its head into the base. */
async function propose(files: Files): Promise<void> {
  await runGit(clone, ['switch', '--quiet', '--create', 'change']);
  await commit(files);
  await runGit(clone, ['switch', '--quiet', 'main']);
  await runGit(clone, ['merge', '--quiet', '--no-ff', '-m', 'merge', 'change']);
}

async function plan(
  env: Readonly<Record<string, string>> = {},
  inputs: Readonly<Record<string, string>> = {},
): Promise<ActionRun> {
  const sha = await runGit(clone, ['rev-parse', 'HEAD']);
  return runActionSource('plan', {
    workspace: clone,
    temp: path.join(root, `temp-${count}`),
    env: {
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_SHA: sha,
      GITHUB_REPOSITORY: 'acme/team',
      GITHUB_WORKFLOW_REF: `acme/team/${WORKFLOW}@refs/pull/1/merge`,
      ...env,
    },
    inputs,
  });
}

const modelsOf = (run: ActionRun): unknown => {
  expect(run.exitCode, run.stdout).toBe(0);
  return JSON.parse(run.outputs.models ?? '');
};

const edited = (text: string) => (START['tidegate.yaml'] ?? '').replace(...(text.split('=>') as [string, string]));

describe('a pull request', () => {
  it.each([
    { name: 'a text that no model reads', files: { 'README.md': 'Other words.\n' }, models: [] },
    { name: 'the training code of one', files: { 'eta/train.py': 'print(3)\n' }, models: ['eta'] },
    { name: 'the training data of one', files: { 'price/data/train.csv': 'a,y\n3,0\n' }, models: ['price'] },
    { name: 'the test set of one', files: { 'eta/data/test.csv': 'a,y\n9,0\n' }, models: ['eta'] },
    { name: 'the code that scores one', files: { 'price/predict.py': 'print(4)\n' }, models: ['price'] },
    {
      name: 'the gate of one',
      files: { 'tidegate.yaml': config(model('eta', { gate: 0.1 }), model('price')) },
      models: ['eta'],
    },
    {
      name: 'a file that says which packages both have',
      files: { 'requirements.txt': 'numpy\n' },
      models: ['eta', 'price'],
    },
    { name: 'the workflow that trains both', files: { [WORKFLOW]: 'name: other\n' }, models: ['eta', 'price'] },
    {
      name: 'the engine of all tables',
      files: { 'tidegate.yaml': `${edited('nothing=>nothing')}warehouse: { dialect: duckdb, command: duckdb }\n` },
      models: ['eta', 'price'],
    },
    {
      name: 'a new model',
      files: { 'tidegate.yaml': config(model('eta'), model('price'), model('new')), ...filesOf('new') },
      models: ['new'],
    },
    { name: 'a file that the training of one needs, deleted', files: { 'eta/data/train.csv': null }, models: ['eta'] },
    {
      name: 'a comment in tidegate.yaml',
      files: { 'tidegate.yaml': `# Ours.\n${edited('nothing=>nothing')}` },
      models: [],
    },
  ] satisfies readonly { name: string; files: Files; models: readonly string[] }[])(
    'affects $models where it changes $name',
    async ({ files, models }) => {
      await propose(files);
      expect(modelsOf(await plan())).toEqual(models);
    },
  );

  it('cannot skip a model by no longer naming what it reads', async () => {
    const less = model('eta', { train: '{ command: cd eta && python train.py, deps: [eta/data/train.csv] }' });
    await propose({ 'tidegate.yaml': config(less, model('price')), 'eta/train.py': 'print("worse")\n' });
    expect(modelsOf(await plan())).toEqual(['eta']);
  });

  it('says so where it removes a model', async () => {
    await propose({ 'tidegate.yaml': config(model('price')) });
    const run = await plan();
    expect(modelsOf(run)).toEqual([]);
    expect(run.stdout).toMatch(/::warning .*removes the model eta/);
  });

  it('compares with the base that it is merged into, not with an older one', async () => {
    await runGit(clone, ['switch', '--quiet', '--create', 'change']);
    await commit({ 'eta/train.py': 'print(3)\n' });
    await runGit(clone, ['switch', '--quiet', 'main']);
    await commit({ 'price/train.py': 'print(3)\n' });
    await runGit(clone, ['merge', '--quiet', '--no-ff', '-m', 'merge', 'change']);
    expect(modelsOf(await plan())).toEqual(['eta']);
  });
});

describe('a model whose code does not say what it reads', () => {
  it.each([
    { name: 'training', entry: model('eta', { train: '{ command: cd eta && python train.py }' }) },
    { name: 'scoring', entry: model('eta').replace(/^ +deps: .*\n/m, '') },
  ])('is affected by any file, if that is $name, but not by README.md', async ({ entry }) => {
    await commit({ 'tidegate.yaml': config(entry, model('price')) });
    await propose({ 'shared/words.txt': 'a\n' });
    expect(modelsOf(await plan())).toEqual(['eta']);
    await runGit(clone, ['branch', '--delete', '--force', 'change']);
    await propose({ 'README.md': 'Other words.\n' });
    expect(modelsOf(await plan())).toEqual([]);
  });

  it('is affected by everything where tidegate.yaml does not say how it is trained', async () => {
    await commit({ 'tidegate.yaml': config(model('eta').replace(/^ +train: .*\n/m, ''), model('price')) });
    await propose({ 'README.md': 'Other words.\n' });
    expect(modelsOf(await plan())).toEqual(['eta']);
  });
});

describe('what cannot be decided', () => {
  it('affects every model in a shallow clone', async () => {
    await propose({ 'README.md': 'Other words.\n' });
    const whole = clone;
    clone = path.join(root, `shallow-${count}`);
    await runGit(root, ['clone', '--quiet', '--depth=1', `file://${whole}`, clone]);
    const run = await plan();
    expect(modelsOf(run)).toEqual(['eta', 'price']);
    expect(run.stdout).toContain('fetch-depth: 0');
  });

  it('affects every model where the base has a tidegate.yaml that is broken', async () => {
    await commit({ 'tidegate.yaml': 'version: 1\nmodels: []\n' });
    await propose({ 'tidegate.yaml': START['tidegate.yaml'] ?? '' });
    expect(modelsOf(await plan())).toEqual(['eta', 'price']);
  });

  it('affects a model that reads through a symbolic link', async () => {
    await commit({ 'shared/train.py': 'print(1)\n', 'eta/train.py': null });
    await symlink('../shared/train.py', path.join(clone, 'eta/train.py'));
    await commit({});
    await propose({ 'README.md': 'Other words.\n' });
    const run = await plan();
    expect(modelsOf(run)).toEqual(['eta']);
  });

  it.each(['workflow_dispatch', 'schedule', 'pull_request_target'])('affects every model on %s', async (event) => {
    await propose({ 'README.md': 'Other words.\n' });
    expect(modelsOf(await plan({ GITHUB_EVENT_NAME: event }))).toEqual(['eta', 'price']);
  });

  it('affects every model on a push where the registered versions cannot be read', async () => {
    const workflow = 'acme/team/.github/workflows/model-release.yml@refs/heads/main';
    const run = await plan({ GITHUB_EVENT_NAME: 'push', GITHUB_WORKFLOW_REF: workflow });
    expect(modelsOf(run)).toEqual(['eta', 'price']);
  });

  it('leaves a model out of a push that another workflow registers, or none', async () => {
    const other = model('eta').replace('/srv/eta', '/srv/eta, workflow: model-release-eta.yml');
    await commit({ 'tidegate.yaml': config(other, model('price').replace(/^ +register: .*\n/m, ''), model('new')) });
    const workflow = 'acme/team/.github/workflows/model-release.yml@refs/heads/main';
    const run = await plan({ GITHUB_EVENT_NAME: 'push', GITHUB_WORKFLOW_REF: workflow });
    expect(modelsOf(run)).toEqual(['new']);
    expect(run.stdout).toContain('model-release-eta.yml');
  });

  it('fails where tidegate.yaml is broken', async () => {
    await propose({ 'tidegate.yaml': 'version: 1\nmodels: []\n' });
    const run = await plan();
    expect(run.exitCode).toBe(1);
    expect(run.outputs.models).toBeUndefined();
  });
});

describe('a merge group', () => {
  it('is compared with its base', async () => {
    const base = await runGit(clone, ['rev-parse', 'HEAD']);
    await commit({ 'eta/train.py': 'print(3)\n' });
    await commit({ 'README.md': 'Other words.\n' });
    const event = path.join(root, `event-${count}.json`);
    await writeFile(event, JSON.stringify({ merge_group: { base_sha: base } }));
    expect(modelsOf(await plan({ GITHUB_EVENT_NAME: 'merge_group', GITHUB_EVENT_PATH: event }))).toEqual(['eta']);
  });
});

describe('the input base', () => {
  it('is the commit to compare with, and an unknown one is an error', async () => {
    const base = await runGit(clone, ['rev-parse', 'HEAD']);
    await commit({ 'eta/train.py': 'print(3)\n' });
    expect(modelsOf(await plan({}, { base }))).toEqual(['eta']);
    for (const wrong of ['nowhere', '--help']) {
      expect(await plan({}, { base: wrong })).toMatchObject({ exitCode: 1 });
    }
  });
});

it('names models with an image, and why each is affected', async () => {
  const image = `${model('eta')}    image: { repository: ghcr.io/acme/eta }\n`;
  await commit({ 'tidegate.yaml': config(image, model('price')) });
  await propose({ 'eta/train.py': 'print(3)\n', 'price/train.py': 'print(3)\n' });
  const run = await plan();
  expect(modelsOf(run)).toEqual(['eta', 'price']);
  expect(JSON.parse(run.outputs['image-models'] ?? '')).toEqual(['eta']);
  expect(JSON.parse(run.outputs.reasons ?? '')).toMatchObject({
    eta: { affected: true, reason: 'eta/train.py changed' },
  });
  expect(run.summary).toContain('eta/train.py changed');
});

describe('models that stages of DVC make', () => {
  const stages = (a = 'python a.py') => `stages:
  prepare:
    cmd: python prepare.py
    deps: [prepare.py, raw.csv]
    outs: [data/train.csv, data/test.csv]
  a:
    cmd: ${a}
    deps: [a.py, data/train.csv]
    params: [a.depth]
    outs: [a/model.onnx]
  b:
    cmd: python b.py
    deps: [b.py, data/train.csv]
    params: [b.depth]
    outs: [b/model.onnx]
  report:
    cmd: python report.py
    deps: [report.py, a/model.onnx]
    outs: [report.html]
`;
  const md5 = (digit: string) => digit.repeat(32);
  const lock = (test = '1') => `schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    outs:
    - path: data/test.csv
      hash: md5
      md5: ${md5(test)}
      size: 3
`;
  const pointer = (digit: string) => `outs:\n- md5: ${md5(digit)}\n  size: 3\n  hash: md5\n  path: raw.csv\n`;
  const entry = (name: string) => `  ${name}:
    task: binary-classification
    artifact: ${name}/model.onnx
    train: { stages: [${name}] }
    data: { label: y }
    evaluate: { dataset: data/test.csv }
    gate: { rules: [{ metric: accuracy, min: 0.7 }] }
`;
  const program = { 'a.py': '1\n', 'b.py': '2\n', 'prepare.py': '3\n', 'report.py': '4\n' };
  const params = (a: number, b: number, other = 0) => `a: { depth: ${a} }\nb: { depth: ${b} }\nother: ${other}\n`;

  it.each([
    { name: 'a parameter of one', files: { 'params.yaml': params(2, 1) }, models: ['a'] },
    { name: 'a parameter that no stage names', files: { 'params.yaml': params(1, 1, 1) }, models: [] },
    { name: 'the code of one', files: { 'b.py': 'other\n' }, models: ['b'] },
    { name: 'the command of one', files: { 'dvc.yaml': stages('python -O a.py') }, models: ['a'] },
    { name: 'the code of a stage before both', files: { 'prepare.py': 'other\n' }, models: ['a', 'b'] },
    { name: 'the data that both are made from', files: { 'raw.csv.dvc': pointer('b') }, models: ['a', 'b'] },
    { name: 'the recorded test set of both', files: { 'dvc.lock': lock('2') }, models: ['a', 'b'] },
    { name: 'a stage behind one', files: { 'report.py': 'other\n' }, models: [] },
    { name: 'a parameters file that is gone', files: { 'params.yaml': null }, models: ['a', 'b'] },
    { name: 'a dvc.yaml that cannot be read', files: { 'dvc.yaml': 'stages: [' }, models: ['a', 'b'] },
  ] satisfies readonly { name: string; files: Files; models: readonly string[] }[])(
    'are $models where a pull request changes $name',
    async ({ files, models }) => {
      await commit({
        ...{ '.dvc/config': '', 'dvc.yaml': stages(), 'dvc.lock': lock(), 'raw.csv.dvc': pointer('a') },
        ...{ 'params.yaml': params(1, 1), 'tidegate.yaml': config(entry('a'), entry('b')), ...program },
      });
      await propose(files);
      expect(modelsOf(await plan())).toEqual(models);
    },
  );
});

describe('code that does not say what it reads', () => {
  const entry = model('eta', { train: '{ command: sh eta/train.sh }' });

  beforeEach(() => commit({ 'tidegate.yaml': config(entry), 'eta/train.sh': 'python eta/train.py\n' }));

  it('reads a program, which is none any more without the permission to run', async () => {
    await runGit(clone, ['update-index', '--chmod=+x', 'eta/train.sh']);
    await runGit(clone, ['commit', '--quiet', '-m', 'a program']);
    expect(modelsOf(await plan({ GITHUB_SHA: '' }, { base: 'HEAD^1' }))).toEqual(['eta']);
  });

  it.each([0xfe, 0xff])('reads files whose names are no UTF-8: each of two that look alike (%i)', async (byte) => {
    const named = (one: number) => Buffer.concat([Buffer.from(`${clone}/data`), Buffer.from([one])]);
    for (const one of [0xfe, 0xff]) await writeFile(named(one), 'before');
    await commit({});
    await writeFile(named(byte), 'after');
    await commit({});
    expect(modelsOf(await plan({ GITHUB_SHA: '' }, { base: 'HEAD^1' }))).toEqual(['eta']);
  });
});

describe('the workflow that trains', () => {
  const uses = `name: ci\njobs: { train: { steps: [{ uses: ./.github/actions/setup }, { "uses": './ci/other' }] } }\n`;

  it.each([
    { name: 'an action that it uses', file: '.github/actions/setup/action.yml', models: ['eta', 'price'] },
    { name: 'an action in another folder', file: 'ci/other/action.yml', models: ['eta', 'price'] },
    {
      name: 'an action that only another one can use',
      file: '.github/actions/more/action.yml',
      models: ['eta', 'price'],
    },
    { name: 'another file', file: 'ci/README.md', models: [] },
  ])('affects $models where a pull request changes $name', async ({ file, models }) => {
    await commit({ [WORKFLOW]: uses, [file]: 'before\n' });
    await propose({ [file]: 'after\n' });
    expect(modelsOf(await plan())).toEqual(models);
  });
});

it('affects every model of a merge request elsewhere, unless its base is named', async () => {
  await commit({ 'tidegate.yaml': config(model('eta', { gate: 0.1 }), model('price')) });
  const gitLab = { GITHUB_EVENT_NAME: '', GITHUB_BASE_REF: 'main', GITHUB_WORKFLOW_REF: '' };
  expect(modelsOf(await plan(gitLab))).toEqual(['eta', 'price']);
  expect(modelsOf(await plan(gitLab, { base: 'HEAD^1' }))).toEqual(['eta']);
});

it('says on a laptop that files are not committed', async () => {
  await commit({ 'README.md': 'Other words.\n' });
  await writeFile(path.join(clone, 'eta/train.py'), 'print("not committed")\n');
  const laptop = { GITHUB_EVENT_NAME: '', CI: '', GITHUB_SHA: '', GITHUB_WORKFLOW_REF: '' };
  const run = await plan(laptop, { base: 'HEAD^1' });
  expect(modelsOf(run)).toEqual([]);
  expect(run.stdout).toContain('"eta/train.py" are not as in commit');
});

describe('files that a model is judged by', () => {
  const md5 = (digit: string) => digit.repeat(32);
  const pointer = (name: string, digit: string, { suffix = '', hash = '  hash: md5\n' } = {}) =>
    `outs:\n- md5: ${md5(digit)}${suffix}\n  size: 3\n${hash}  path: ${name}\n`;
  const entry = (evaluate: string, rest = '') => `  eta:
    task: binary-classification
    artifact: eta/model.onnx
    train: { command: python eta/train.py, deps: [eta/train.py] }
    data: { label: y${rest} }
    evaluate: { dataset: ${evaluate} }
    gate: { rules: [{ metric: accuracy, min: 0.7 }] }
`;

  it.each([
    {
      name: 'a table in a folder that DVC tracks',
      model: entry('data/test.csv'),
      before: { 'data.dvc': pointer('data', 'a', { suffix: '.dir' }) },
      after: { 'data.dvc': pointer('data', 'b', { suffix: '.dir' }) },
    },
    {
      name: 'a folder in a folder that DVC tracks',
      model: entry('data/test'),
      before: { 'data.dvc': pointer('data', 'a', { suffix: '.dir' }) },
      after: { 'data.dvc': pointer('data', 'b', { suffix: '.dir' }) },
    },
    {
      name: 'a pattern of tables of DVC',
      model: entry('"data/test/*.csv"'),
      before: { 'data/test/a.csv.dvc': pointer('a.csv', 'a'), 'data/test/b.csv.dvc': pointer('b.csv', 'a') },
      after: { 'data/test/b.csv.dvc': pointer('b.csv', 'b') },
    },
    {
      name: 'a file of Git next to tables of DVC',
      model: entry('"data/test/*.csv"'),
      before: { 'data/test/a.csv.dvc': pointer('a.csv', 'a'), 'data/test/b.csv': 'a,y\n1,0\n' },
      after: { 'data/test/b.csv': 'a,y\n1,1\n' },
    },
    {
      name: 'a table that DVC 2 tracks',
      model: entry('data/test.csv'),
      before: { 'data/test.csv.dvc': pointer('test.csv', 'a', { hash: '' }) },
      after: { 'data/test.csv.dvc': pointer('test.csv', 'b', { hash: '' }) },
    },
    {
      name: 'the reference of drift in a folder that DVC tracks',
      model: `${entry('test.csv')}    drift: { current: "logs/*.csv", reference: data/reference.csv }\n`,
      before: { 'data.dvc': pointer('data', 'a', { suffix: '.dir' }) },
      after: { 'data.dvc': pointer('data', 'b', { suffix: '.dir' }) },
    },
    {
      name: 'the data schema',
      model: entry('test.csv', ', schema: data/schema.yaml'),
      before: { 'data/schema.yaml': 'version: 1\ncolumns: {}\n' },
      after: { 'data/schema.yaml': 'version: 1\ncolumns: { a: { kind: number } }\n' },
    },
    {
      name: 'results of data checks',
      model: entry('test.csv, results: [{ file: checks/run_results.json, format: dbt }]'),
      before: { 'checks/run_results.json': '{}' },
      after: { 'checks/run_results.json': '{ "results": [] }' },
    },
  ] satisfies readonly { name: string; model: string; before: Files; after: Files }[])(
    'affect it where a pull request changes $name',
    async ({ model: written, before, after }) => {
      await commit({ '.dvc/config': '', 'tidegate.yaml': config(written), ...before });
      await propose(after);
      expect(modelsOf(await plan())).toEqual(['eta']);
    },
  );

  it('do not affect it where they stay as they are', async () => {
    const files = { 'data.dvc': pointer('data', 'a', { suffix: '.dir' }), '.dvc/config': '' };
    await commit({ ...files, 'tidegate.yaml': config(entry('data/test.csv')) });
    await propose({ 'README.md': 'Other words.\n' });
    expect(modelsOf(await plan())).toEqual([]);
  });
});
