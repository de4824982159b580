import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type EnvironmentFacts, lowestFitting, readEnvironmentFacts } from '../../../cli/init/environment-facts.ts';
import { renderWorkflows } from '../../../cli/init/fill-workflows.ts';
import { setupSteps } from '../../../cli/init/python-setup.ts';
import { lintFiles } from '../../../scripts/lint-workflows.ts';
import { PROJECT_ROOT } from '../../../scripts/project-root.ts';
import { ensurePythonEnvironment } from '../../../scripts/python-environment.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'setup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Environment = Omit<EnvironmentFacts, 'versionFrom'>;

const ENVIRONMENTS: readonly Environment[] = [
  { manager: 'pip', file: 'ml/requirements.txt', version: '3.12' },
  { manager: 'pip', file: 'pyproject.toml', version: '3.12' },
  { manager: 'pip', file: undefined, version: '3.11' },
  { manager: 'uv', file: 'uv.lock', version: '3.13' },
  { manager: 'poetry', file: 'poetry.lock', version: '3.10' },
  { manager: 'pdm', file: 'pdm.lock', version: '3.11' },
  { manager: 'pixi', file: 'pixi.lock', version: '3.11' },
  { manager: 'conda', file: 'environment.yml', version: '3.11' },
];

/** The lines that a job runs before it trains. */
function runsOf(steps: readonly string[]): string {
  const parsed: unknown = parse(steps.map((line) => line.slice(6)).join('\n'));
  return (Array.isArray(parsed) ? parsed : []).map((step) => String(step.run ?? step.uses)).join('\n');
}

describe('setupSteps', () => {
  it.each([
    [{ manager: 'pip', file: 'ml/requirements.txt', version: '3.12' }, 'pip install --requirement ml/requirements.txt'],
    [{ manager: 'pip', file: 'pyproject.toml', version: '3.12' }, 'python -m pip install .'],
    [{ manager: 'uv', file: 'uv.lock', version: '3.12' }, 'uv sync --frozen'],
    [{ manager: 'poetry', file: 'poetry.lock', version: '3.12' }, 'poetry install'],
    [{ manager: 'pdm', file: 'pdm.lock', version: '3.12' }, 'pdm sync'],
    [{ manager: 'pixi', file: 'pixi.lock', version: '3.12' }, 'prefix-dev/setup-pixi@'],
    [{ manager: 'conda', file: 'env/conda.yaml', version: '3.12' }, 'env create --quiet --file env/conda.yaml'],
  ] as const)('installs what %o names', (environment, command) => {
    expect(runsOf(setupSteps(environment))).toContain(command);
  });

  it('installs nothing where no file says what', () => {
    expect(runsOf(setupSteps({ manager: 'pip', file: undefined, version: '3.11' }))).not.toContain('install');
  });

  it('is in each template that runs the code of the team, so that it can be replaced', async () => {
    const usual = setupSteps({ manager: 'pip', file: 'requirements.txt', version: '3.11' }).join('\n');
    for (const name of [
      ...['model-ci.yml', 'model-release.yml', 'model-release-image.yml', 'model-retrain.yml'],
      ...['models-ci.yml', 'models-release.yml', 'models-release-image.yml'],
    ])
      expect(await readFile(path.join(PROJECT_ROOT, 'templates/workflows', name), 'utf8')).toContain(usual);
  });
});

describe('workflows of each environment', () => {
  it('have no finding of the linters', { timeout: 120_000 }, async () => {
    const files: string[] = [];
    for (const [index, environment] of ENVIRONMENTS.entries()) {
      const values = {
        model: 'churn',
        branch: 'main',
        update: 'python fetch.py',
        environment,
        isAdditional: index % 2 === 1,
        models: 1 + (index % 2),
      };
      const rendered = [...(await renderWorkflows(values)), ...(await renderWorkflows({ ...values, image: true }))];
      for (const { path: name, text } of rendered) {
        const file = path.join(folder, String(index), name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, text);
        files.push(file);
      }
    }
    const { bin } = await ensurePythonEnvironment('checks');
    expect(await lintFiles(path.join(bin, 'zizmor'), files)).toEqual([]);
  });

  it('of a second model share those that judge and release, and its own watch and retrain', async () => {
    const values = { model: 'churn', branch: 'main', update: 'python fetch.py' };
    const paths = (files: readonly { path: string }[]) => files.map(({ path: name }) => path.basename(name));
    const first = await renderWorkflows(values);
    const second = await renderWorkflows({ ...values, model: 'price', isAdditional: true, models: 2 });
    expect(paths(first)).toEqual(['model-ci.yml', 'model-release.yml', 'model-watch.yml', 'model-retrain.yml']);
    expect(paths(second)).toEqual([
      ...['model-ci.yml', 'model-release.yml'],
      ...['model-watch-price.yml', 'model-retrain-price.yml'],
    ]);
    for (const { text } of [first[0], second[0]].filter((file) => file !== undefined)) {
      const names = Object.values(Object(parse(text)).jobs).map((job) => Reflect.get(Object(job), 'name'));
      expect(names.filter((name) => name === 'tidegate')).toHaveLength(1);
    }
    expect(second[0]?.text).not.toContain('price');
  });

  it.each([2, 8, 9, 40])('of %i models have a place in the outputs for each', async (models) => {
    const values = { model: 'churn', branch: 'main', update: undefined, image: true, models };
    const [ci, release] = await renderWorkflows(values);
    for (const { text } of [ci, release].filter((file) => file !== undefined)) {
      for (const job of Object.values(Object(parse(text)).jobs)) {
        const outputs: unknown = Reflect.get(Object(job), 'outputs');
        const places = Object.entries(Object(outputs)).filter(([name]) => /-\d+$/.test(name));
        if (places.length === 0) continue;
        const kinds = new Set(places.map(([name]) => name.replace(/-\d+$/, '')));
        expect(places).toHaveLength(kinds.size * Math.max(8, models));
        for (const [name, value] of places) expect(value).toContain(`job-index == ${/\d+$/.exec(name)?.[0]} `);
      }
    }
  });
});

describe('readEnvironmentFacts', () => {
  const read = async (files: Readonly<Record<string, string>>) => {
    const root = await mkdtemp(path.join(folder, 'env-'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), text);
    }
    return readEnvironmentFacts(root, Object.keys(files));
  };

  it.each([
    [
      'uv',
      { 'uv.lock': '', 'pyproject.toml': '[project]\nrequires-python = ">=3.14"\n' },
      { manager: 'uv', file: 'uv.lock', version: '3.14' },
    ],
    [
      'the version file before the project',
      { 'uv.lock': '', '.python-version': '3.12.4\n', 'pyproject.toml': '[project]\nrequires-python = ">=3.10"\n' },
      { version: '3.12', versionFrom: '.python-version' },
    ],
    [
      'poetry',
      { 'poetry.lock': '', 'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.12"\n' },
      { manager: 'poetry', version: '3.12' },
    ],
    ['pdm', { 'pdm.lock': '', 'requirements.txt': '' }, { manager: 'pdm' }],
    ['pixi', { 'pixi.lock': '', 'pixi.toml': '' }, { manager: 'pixi' }],
    [
      'conda',
      { 'conda.yaml': 'channels: [conda-forge]\ndependencies:\n  - python=3.10\n  - scikit-learn\n' },
      { manager: 'conda', file: 'conda.yaml', version: '3.10' },
    ],
    [
      'requirements in a folder',
      { 'src/requirements.txt': 'pandas\n' },
      { manager: 'pip', file: 'src/requirements.txt' },
    ],
    [
      'requirements at the root first',
      { 'src/requirements.txt': '', 'requirements.txt': '' },
      { file: 'requirements.txt' },
    ],
    [
      'the version of the Dockerfile',
      { 'requirements.txt': '', Dockerfile: 'FROM --platform=linux/amd64 docker.io/library/python:3.12-slim\n' },
      { version: '3.12', versionFrom: 'Dockerfile' },
    ],
    [
      'the version of a workflow',
      { 'requirements.txt': '', '.github/workflows/ci.yml': "with: { python-version: '3.13' }\n" },
      { version: '3.13' },
    ],
    ['nothing', { 'README.md': '' }, { manager: 'pip', file: undefined, versionFrom: undefined }],
  ] as const)('reads %s', async (_name, files, expected) => {
    expect(await read(files)).toMatchObject(expected);
  });
});

describe('lowestFitting', () => {
  it.each([
    ['>=3.9,<3.13', '3.10'],
    ['>=3.12', '3.12'],
    ['^3.11', '3.11'],
    ['~=3.13.0', '3.13'],
    ['==3.12.*', '3.12'],
    ['>3.11,!=3.12', '3.13'],
  ])('%s is met by %s', (requirement, version) => {
    expect(lowestFitting(requirement)).toBe(version);
  });

  it('finds none where no known version fits', () => expect(lowestFitting('<3.8')).toBeUndefined());
});
