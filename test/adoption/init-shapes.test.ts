import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdoptedRepository, type JudgedPullRequest } from './adopted-repository.ts';
import { adoptByInit, type Shape } from './shapes.ts';

const SHAPES: readonly Shape[] = [
  {
    folder: 'digits-api',
    title: 'joblib behind FastAPI, with a split in memory',
    options: ['--yes'],
    model: 'team',
    better: ['src/train.py', 'max_depth=6', 'max_depth=12'],
    worse: ['src/train.py', 'max_depth=6', 'max_depth=2'],
  },
  {
    folder: 'grade-regression',
    title: 'a regression on grades, with a pickle and config.yaml',
    options: ['--yes'],
    model: 'team',
    better: ['config.yaml', 'alpha: 0.01', 'alpha: 0.02'],
    worse: ['config.yaml', 'alpha: 0.01', 'alpha: 5.0'],
  },
  {
    folder: 'dvc-pipeline',
    title: 'a pipeline of DVC that makes its test set',
    options: [],
    model: 'tumours',
    better: ['params.yaml', 'C: 1.0', 'C: 0.5'],
    worse: ['params.yaml', 'C: 1.0', 'C: 0.000001'],
  },
  {
    folder: 'text-classes',
    title: 'text with classes that are words',
    options: [],
    model: 'team',
    better: ['train.py', 'MAX_FEATURES = 400', 'MAX_FEATURES = 2000'],
    worse: ['train.py', 'MAX_FEATURES = 400', 'MAX_FEATURES = 5'],
  },
  {
    folder: 'mlflow-model',
    title: 'a model that is logged to MLflow',
    options: ['--yes', '--no-judge'],
    model: 'tumour-classifier',
    better: ['train.py', 'C = 1.0', 'C = 0.5'],
    worse: ['train.py', 'FEATURES = 30', 'FEATURES = 1'],
  },
  {
    folder: 'lightgbm-uv',
    title: 'LightGBM, by uv',
    options: [],
    model: 'team',
    better: ['src/config.yaml', 'rounds: 60', 'rounds: 80'],
    worse: ['src/config.yaml', 'rounds: 60', 'rounds: 1'],
    installs: true,
  },
];

/** Each `it` is a pull request, some with two trainings. */
const TIMEOUT_MS = 180_000;

describe.each(SHAPES.map((shape) => [shape.title, shape] as const))('%s', (_, shape) => {
  let repository: AdoptedRepository;
  beforeAll(async () => {
    repository = await AdoptedRepository.create(shape.folder, { installs: shape.installs === true });
  }, TIMEOUT_MS);
  afterAll(() => repository?.stop());

  let first: JudgedPullRequest | undefined;

  it('ends in a green first pull request', { timeout: TIMEOUT_MS }, async () => {
    const adopted = await adoptByInit(repository, shape);
    const { commits, seconds } = adopted;
    console.log(`${shape.folder}: ${commits} commit, ${seconds.toFixed(0)} s from the clone to a green pull request`);
    first = adopted.first;
    expect(first.conclusion, first.log).toBe('success');
  });

  it('registers the model of that pull request', { timeout: TIMEOUT_MS }, async () => {
    const release = await repository.merge(first?.number ?? 0);
    expect(await repository.tags(), release).toEqual([`${shape.model}@v0.1.0`]);
  });

  it('lets a change pass that leaves the model as it is', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const readme = await repository.propose('readme', { 'NOTES.md': '# Notes\n' });
    expect(readme.conclusion, readme.log).toBe('success');
    expect(readme.evaluation?.verdict).toBe('pass');
  });

  it('lets a better model pass', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const better = await repository.propose('better', await repository.edited(...shape.better));
    expect(better.conclusion, better.log).toBe('success');
    expect(better.evaluation?.comparisons).toHaveLength(1);
  });

  it('refuses a worse one', { timeout: TIMEOUT_MS }, async () => {
    await repository.fromMain();
    const worse = await repository.propose('worse', await repository.edited(...shape.worse));
    expect(worse.conclusion, worse.log).toBe('failure');
    expect(worse.evaluation?.verdict, worse.log).toBe('fail');
  });

  it('asked for nothing that GitHub does not describe', () => expect(repository.forge.violations).toEqual([]));
});
