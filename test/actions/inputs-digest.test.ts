import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { DvcRepository } from '../../testkit/dvc-repository.ts';
import { runActionSource } from '../../testkit/run-action.ts';

const ROWS = Array.from({ length: 60 }, (_, i) => `${(i % 7) / 7},${i % 2}`).join('\n');
const config = (train: string) => `version: 1
models:
  m:
    task: binary-classification
    artifact: model.txt
    train: ${train}
    data: { label: y }
    evaluate: { dataset: test.csv, metrics: [roc_auc], group: none, predictions: { path: predictions.csv, score: x } }
    gate: { rules: [{ metric: roc_auc, min: 0.01, when-inconclusive: warn }] }
`;
const FILES = {
  'dvc.yaml': `stages:
  train:
    cmd: cp test.csv predictions.csv && cat data/*.csv src/*.py > model.txt && echo \${depth}
    deps: [data, raw.csv, src, in-git.csv]
    params: [depth, { other.json: [a.b] }]
    outs: [model.txt, { predictions.csv: { cache: false } }]
`,
  'params.yaml': 'depth: 3\nunused: 1\n',
  'other.json': '{ "a": { "b": 1 } }',
  'data/a.csv': 'a\n',
  'data/b.csv': 'b\n',
  'raw.csv': 'raw\r\n',
  'src/train.py': 'print(1)\n',
  'src/deep/more.py': 'print(2)\n',
  'in-git.csv': '1\n',
  'requirements.txt': 'numpy==2\n',
  'test.csv': `x,y\n${ROWS}\n`,
  '.gitignore': '/predictions.csv\n/model.txt\n__pycache__\n',
};
const WORKS = {
  stages: '{ stages: [train] }',
  command: '{ command: "cp test.csv predictions.csv && cp params.yaml model.txt" }',
};

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-inputs-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function repositoryWith(train: string): Promise<DvcRepository> {
  const repository = await DvcRepository.create(path.join(root, String(count++), 'repository'));
  await repository.write({ ...FILES, 'tidegate.yaml': config(train) });
  await repository.dvc('add', '--quiet', 'data', 'raw.csv');
  await repository.commit('a model');
  return repository;
}

async function trainIn(repository: DvcRepository, inputs: Readonly<Record<string, string>> = {}, temp = tempFolder()) {
  const trained = await runActionSource('train', { workspace: repository.folder, temp, inputs });
  expect(trained.exitCode, trained.stdout).toBe(0);
  return readReport('run', await readFile(trained.outputs['report-path'] ?? ''), 'run');
}

const tempFolder = () => path.join(root, `temp-${count++}`);

/** What the training says that went in, and what the judging job computes from the commit: in one job, or in two. */
async function digestsOf(repository: DvcRepository, { inputs = {}, inTwoJobs = false } = {}) {
  const sha = (await repository.git('rev-parse', 'HEAD')).trim();
  const options = { temp: tempFolder(), env: { GITHUB_SHA: sha } };
  const run = await trainIn(repository, inputs, options.temp);
  let workspace = repository.folder;
  if (inTwoJobs) {
    // Without any of the data.
    workspace = (await repository.clone(path.join(root, `judge-${count++}`))).folder;
    await writeFile(path.join(workspace, 'predictions.csv'), FILES['test.csv']);
  }
  const judged = await runActionSource('evaluate-and-gate', { ...options, workspace, inputs: { champion: 'none' } });
  expect(judged.outputs.verdict, judged.stdout).toBeDefined();
  const evaluation = readReport('evaluation', await readFile(judged.outputs['report-path'] ?? ''), 'evaluation');
  return { run, evaluation };
}

describe.each(Object.entries(WORKS))('the digest of the inputs of %s', (kind, train) => {
  it('is the same for the training and for a job that has the commit alone', async () => {
    const repository = await repositoryWith(train);
    // What is in a work tree, and no commit has.
    await repository.write({ 'src/__pycache__/train.pyc': 'compiled', 'notes.txt': 'untracked' });
    const { run, evaluation } = await digestsOf(repository, { inTwoJobs: true });
    expect(evaluation.inputsReason).toBeUndefined();
    expect(evaluation.inputsDigest).toBe(run.inputsDigest);
    expect(run.overridden).toBe(false);
    expect(run.inputs.map(({ path: file }) => file)).toEqual(
      kind === 'stages' ? ['data', 'in-git.csv', 'raw.csv', 'src'] : ['data', 'raw.csv', '.'],
    );
  });

  it('is another one for each thing that a step changed before the training, and only for these', async () => {
    const repository = await repositoryWith(train);
    const { evaluation } = await digestsOf(repository);
    const changes: readonly Readonly<Record<string, string>>[] = [
      { 'data/a.csv': 'other\n' },
      { 'raw.csv': 'other' },
      { 'src/train.py': 'print("other")\n' },
      { 'in-git.csv': '2\n' },
      { 'params.yaml': 'depth: 4\nunused: 1\n' },
      { 'requirements.txt': 'numpy==3\n' },
      { 'dvc.yaml': FILES['dvc.yaml'].replace('echo', 'echo other') },
    ];
    for (const files of changes) {
      await repository.write(files);
      expect((await trainIn(repository)).inputsDigest, JSON.stringify(files)).not.toBe(evaluation.inputsDigest);
      await repository.write(Object.fromEntries(Object.entries(FILES).filter(([file]) => file in files)));
    }
    expect((await trainIn(repository)).inputsDigest).toBe(evaluation.inputsDigest);
  });

  it('says that inputs of the action changed what ran', async () => {
    const { run } = await digestsOf(await repositoryWith(train), { inputs: { set: 'depth=5' } });
    expect(run.overridden).toBe(true);
  });
});

describe('a digest of inputs', () => {
  it('is not made up for what the commit does not name', async () => {
    const repository = await repositoryWith(WORKS.stages);
    await repository.write({
      'dvc.yaml': FILES['dvc.yaml'].replace('raw.csv', 'data/a.csv, made.csv'),
      'made.csv': '1',
    });
    await repository.write({ '.gitignore': `${FILES['.gitignore']}/made.csv\n` });
    await repository.commit('a dependency that nobody tracks');
    const { evaluation } = await digestsOf(repository);
    expect(evaluation).toMatchObject({
      inputsDigest: null,
      inputsReason: expect.stringMatching(/the commit does not name the content of (data\/a|made)\.csv/),
    });
  });
});
