import { existsSync, globSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../core/config/parse-config.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { runGit } from '../../testkit/git-client.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';

const RECIPES = path.join(PROJECT_ROOT, 'docs/guide/recipes');
const SHAPES = path.join(PROJECT_ROOT, 'test/adoption/shapes');

/** A recipe that is run; its data and the files that it shows are of a repository of test/adoption, unless it has its own. */
const RUN: readonly { readonly recipe: string; readonly shape?: string }[] = [
  { recipe: 'scikit-learn', shape: 'scikit-learn' },
  { recipe: 'boosted-trees', shape: 'lightgbm-uv' },
  { recipe: 'text', shape: 'text-classes' },
  { recipe: 'monorepo', shape: 'two-models' },
  { recipe: 'forecasting' },
  { recipe: 'ranking' },
  { recipe: 'cross-validation' },
];
/** Recipes of another CI system, which are a template each: test/adoption runs it. */
const PIPELINES: readonly { readonly recipe: string; readonly template: string; readonly file: string }[] = [
  { recipe: 'gitlab', template: 'templates/gitlab/tidegate.gitlab-ci.yml', file: '.gitlab-ci.yml' },
  { recipe: 'jenkins', template: 'templates/jenkins/Jenkinsfile', file: 'Jenkinsfile' },
];
const SET_UP_MS = 600_000;
const RUN_MS = 300_000;

const pageOf = (recipe: string) => readFileSync(path.join(RECIPES, `${recipe}.md`), 'utf8');

/** The files that a page shows: a name with a colon, and the block under it. */
function filesOf(page: string): ReadonlyMap<string, string> {
  const blocks = page.matchAll(/^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, name = '', text = '']) => [name, text]));
}

let root: string;
let python: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-recipes-'));
  python = (await ensurePythonEnvironment('recipes')).bin;
}, SET_UP_MS);
afterAll(() => rm(root, { recursive: true, force: true }));

function run(cwd: string, program: string, ...args: readonly string[]) {
  const PATH = `${python}${path.delimiter}${hostEnvironment().PATH}`;
  return runProgram(program, args, { cwd, env: { ...hostEnvironment(), HOME: root, PATH } });
}

/** The repository of a recipe, with its data, in one commit. */
async function repositoryOf(recipe: string, shape: string | undefined): Promise<string> {
  const folder = path.join(root, recipe);
  for (const [name, text] of filesOf(pageOf(recipe))) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  if (shape !== undefined) await cp(path.join(SHAPES, shape, 'make_data.py'), path.join(folder, 'make_data.py'));
  const made = await run(folder, 'python', 'make_data.py');
  expect(made.exitCode, made.stderr).toBe(0);
  await writeFile(
    path.join(folder, '.gitignore'),
    'models/\n__pycache__/\n*.joblib\n*.pkl\nscores.jsonl\nmetrics.json\nout-of-fold.csv\n',
  );
  await runGit(folder, ['init', '--quiet', '.']);
  await runGit(folder, ['add', '.']);
  await runGit(folder, ['commit', '--quiet', '-m', 'a model']);
  return folder;
}

describe('recipes', () => {
  it('are run, but for the one about runners', () => {
    const pages = globSync('*.md', { cwd: RECIPES }).map((file) => file.replace('.md', ''));
    const run = [...RUN, ...PIPELINES].map(({ recipe }) => recipe);
    expect(pages.sort()).toEqual([...run, 'runners'].sort());
  });

  it.each(PIPELINES)('$recipe shows the template that a test runs', ({ recipe, template, file }) => {
    const { version } = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package.json'), 'utf8'));
    const values = { MODEL: 'tumour', ARTIFACT: 'models/model.joblib', BRANCH: 'main', VERSION: version };
    const text = readFileSync(path.join(PROJECT_ROOT, template), 'utf8');
    const filled = Object.entries(values).reduce((all, [name, value]) => all.replaceAll(`__${name}__`, value), text);
    expect(filesOf(pageOf(recipe)).get(file)).toBe(filled);
    expect(readFileSync(path.join(PROJECT_ROOT, 'docs/guide/recipes/scikit-learn.md'), 'utf8')).toContain(
      values.ARTIFACT,
    );
  });

  it.each(RUN)('$recipe ends with a gate that passes', { timeout: RUN_MS }, async ({ recipe, shape }) => {
    const folder = await repositoryOf(recipe, shape);
    const { config } = parseConfig(filesOf(pageOf(recipe)).get('tidegate.yaml') ?? '');
    for (const model of Object.keys(config.models)) {
      const cli = path.join(PROJECT_ROOT, 'cli/tidegate.ts');
      const trained = await run(folder, process.execPath, cli, 'train', '--model', model);
      expect(trained.exitCode, trained.stdout + trained.stderr).toBe(0);
      const judged = await run(folder, process.execPath, cli, 'judge', '--model', model, '--champion', 'none');
      expect(judged.exitCode, judged.stdout + judged.stderr).toBe(0);
    }
  });

  const shown = RUN.flatMap(({ recipe, shape }) =>
    [...filesOf(pageOf(recipe))]
      .filter(([name]) => shape !== undefined && existsSync(path.join(SHAPES, shape, name)))
      .map(([name, text]) => ({ recipe, name, text, file: path.join(SHAPES, shape ?? '', name) })),
  );
  it.each(shown)('$recipe shows $name as the repository has it that a test takes over', ({ text, file }) => {
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('show files of those repositories', () => expect(shown.length).toBeGreaterThan(5));

  it('about runners names a job that runs code of the team, and no other', () => {
    const [, text = ''] = /```yaml\n(.*?)```/s.exec(pageOf('runners')) ?? [];
    for (const file of ['model-ci.yml', 'model-release.yml']) {
      const workflow = parse(readFileSync(path.join(PROJECT_ROOT, 'templates/workflows', file), 'utf8'));
      expect(Object.keys(parse(text).jobs)).toEqual(['train']);
      expect(workflow.jobs.train['runs-on']).toBe('ubuntu-latest');
    }
  });
});
