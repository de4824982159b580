import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { type DvcFacts, readDvcFacts } from './dvc-facts.ts';
import { type EnvironmentFacts, readEnvironmentFacts } from './environment-facts.ts';
import { type GitFacts, readGitFacts } from './git-facts.ts';
import { type FoundTarget, findTargets } from './manifest-facts.ts';
import { type CodeFacts, readCodeFacts } from './python/code-facts.ts';
import type { ConfigFile } from './python/configured-value.ts';
import { type PythonFile, readPythonFile } from './python/python-file.ts';
import { PythonValues } from './python/python-values.ts';
import { reachedFrom } from './python/reached-files.ts';
import { regularFiles } from './repository-files.ts';
import { type CommandText, findTrainingProgram, type TrainingProgram } from './training-command.ts';

/** Everything that files of a repository say; nothing is run but Git. */
export interface RepositoryFacts {
  /** A name for the model where no file has one. */
  readonly name: string;
  readonly git: GitFacts;
  readonly dvc: DvcFacts;
  readonly environment: EnvironmentFacts;
  readonly python: readonly PythonFile[];
  readonly program: TrainingProgram | undefined;
  /** Of the program and all files that it leads to; of all files where no program is known. */
  readonly code: CodeFacts;
  /** Files that training leads to, itself included. */
  readonly reached: readonly string[];
  /** The same with files outside of the model's folder, such as a package that two models share. */
  readonly imported: readonly PythonFile[];
  readonly targets: readonly FoundTarget[];
  /** Workflows of the repository that train or judge too. */
  readonly judges: readonly string[];
  /** Tables that are called like a test set, likeliest first; in the work tree or made by DVC or by code. */
  readonly testSets: readonly string[];
  /** Tracked tables below the model's folder. */
  readonly tables: readonly string[];
  /** Folders, each with a program of its own that writes a model. */
  readonly modelFolders: readonly string[];
}

/** Tables that the judge reads. */
export const TABLE_FILE = /\.(?:parquet|csv|jsonl|ndjson)$/i;
const HELD_OUT = /(?:^|[/_-])(?:test|holdout|hold_out|eval|evaluation|valid|validation)(?:[/_.-]|$)/i;
const TEST_FIRST = /(?:^|[/_-])test(?:[/_.-]|$)/i;
/** Features or labels alone are not a test set. */
const HALF =
  /(?:^|[/_-])(?:[xy]|features?|inputs?|outputs?|labels?|targets?)[_-]?(?:test|valid|val|eval)|(?:test|valid|eval)[_-](?:[xy]|features?|inputs?|outputs?|labels?|targets?)(?:[_.-]|$)/i;
const CONFIG_FILES =
  /(?:^|\/)(?:params|config\w*|settings|conf|schema|hyperparams|\w*_config)\.(?:ya?ml|json|toml)$|(?:^|\/)(?:conf|config|configs)\/[\w./-]+\.(?:ya?ml|json|toml)$/i;
const COMMAND_FILES =
  /(?:^|\/)(?:Makefile|makefile|Dockerfile[\w.-]*|Justfile|justfile|tasks\.py|pyproject\.toml|README[\w.]*|[\w-]+\.sh|docker-compose\.ya?ml)$|^\.github\/workflows\/[\w.-]+\.ya?ml$|^\.gitlab-ci\.yml$/;
const OWN_WORKFLOW = /tidegate\/tidegate\/actions\//;
const JUDGES =
  /\bcml\b|dvc\s+(?:repro|metrics|exp)|iterative\/setup-cml|mlflow\s+run|\btrain(?:_model|ing)?\.py|-m [\w.]*train|evaluat\w*\.py/;
/** Chosen: a repository with more Python is not read in full. */
const MAX_PYTHON_FILES = 2_000;
const SKIPPED = /(?:^|\/)(?:node_modules|\.venv|venv|site-packages|\.tox|build|dist)\//;

/**
 * Reads a Git repository's files.
 *
 * @param folder Folder of the model, relative; '' for the whole repository.
 */
export async function readRepositoryFacts(repository: string, folder = ''): Promise<RepositoryFacts> {
  const git = await readGitFacts(repository);
  const files = (await regularFiles(repository, git.files)).filter((file) => !SKIPPED.test(file));
  const read = (file: string) => readFile(join(repository, file), 'utf8');
  const isInside = (file: string) => folder === '' || file.startsWith(`${folder}/`);
  const python = await readPython(files, read);
  const configs = await readConfigs(
    files.filter((file) => isInside(file) || !file.includes('/')),
    read,
  );
  const dvc = await readDvcFacts(repository, files, configs);
  const environment = await readEnvironmentFacts(repository, files, folder);
  const inside = python.filter(
    ({ path }) => isInside(path) && !/(?:^|\/)tests?\/|(?:^|\/)(?:test_\w*|conftest)\.py$/.test(path),
  );
  const texts = await readCommandTexts(
    repository,
    files.filter((file) => COMMAND_FILES.test(file)),
  );
  const anywhere = new PythonValues(inside, configs, folder);
  const writers = writersOf(readCodeFacts(inside, anywhere, configs));
  const reaches = (path: string) => reachedFrom(path, inside);
  const ownTexts = texts.filter(({ path, text }) => !(path.startsWith('.github/') && OWN_WORKFLOW.test(text)));
  const program = findTrainingProgram(inside, ownTexts, { reaches, writers, manager: environment.manager, folder });
  const reached = program?.file === undefined ? inside.map(({ path }) => path) : reaches(program.file);
  const everything = program?.file === undefined ? reached : reachedFrom(program.file, python);
  const imported = everything.flatMap((path) => python.find((file) => file.path === path) ?? []);
  const values = new PythonValues(inside, configs, program?.folder ?? folder);
  const used = inside.filter(({ path }) => reached.includes(path));
  const ofProgram = readCodeFacts(used, values, configs);
  const code = writersOf(ofProgram).length > 0 ? ofProgram : readCodeFacts(inside, values, configs);
  const outs = [...dvc.outs, ...dvc.stages.flatMap((stage) => stage.outs)];
  return {
    name: nameOf(git.remoteName ?? basename(repository), folder),
    git,
    dvc,
    environment,
    python: inside,
    program,
    code,
    reached,
    imported,
    targets: await findTargets(
      repository,
      files.filter((file) => isInside(file) || !python.some(({ path }) => path.split('/')[0] === file.split('/')[0])),
    ),
    judges: texts
      .filter(({ path, text }) => path.startsWith('.github/') && !OWN_WORKFLOW.test(text) && JUDGES.test(text))
      .map(({ path }) => path),
    testSets: testSetsOf([...files.filter(isInside), ...outs.filter(isInside), ...code.writes]),
    tables: files.filter((file) => isInside(file) && TABLE_FILE.test(file)),
    modelFolders: folder === '' ? modelFoldersOf(files, python, configs) : [],
  };
}

function nameOf(repository: string, folder: string): string {
  const clean = (text: string) => text.replace(/[^a-zA-Z0-9-]+/g, '-').replace(/^-+|-+$/g, '');
  return clean(folder === '' ? repository : basename(folder)).toLowerCase() || 'model';
}

function writersOf({ models, logged }: CodeFacts): readonly string[] {
  return [...models.map(({ file }) => file), ...logged.map(({ call }) => call.file.path)];
}

async function readPython(files: readonly string[], read: (file: string) => Promise<string>): Promise<PythonFile[]> {
  const paths = files.filter((file) => file.endsWith('.py')).slice(0, MAX_PYTHON_FILES);
  return Promise.all(paths.map(async (path) => readPythonFile(path, await read(path))));
}

async function readConfigs(files: readonly string[], read: (file: string) => Promise<string>): Promise<ConfigFile[]> {
  const paths = files
    .filter((file) => CONFIG_FILES.test(file) && !file.startsWith('.github/'))
    .sort((a, b) => a.split('/').length - b.split('/').length);
  const found = paths.map(async (path) => ({ path, value: parsed(path, await read(path)) }));
  return (await Promise.all(found)).filter(({ value }) => value !== undefined);
}

function parsed(path: string, text: string): unknown {
  try {
    if (path.endsWith('.toml')) return parseToml(text);
    return path.endsWith('.json') ? JSON.parse(text) : parseYaml(text, { logLevel: 'silent' });
  } catch {
    // Not ours to complain about: what cannot be read says nothing.
    return undefined;
  }
}

async function readCommandTexts(repository: string, files: readonly string[]): Promise<CommandText[]> {
  const small: CommandText[] = [];
  for (const path of files) {
    if ((await stat(join(repository, path))).size < 1_000_000)
      small.push({ path, text: await readFile(join(repository, path), 'utf8') });
  }
  return small;
}

function testSetsOf(files: readonly string[]): string[] {
  const found = files.filter(
    (file) => TABLE_FILE.test(file) && HELD_OUT.test(file) && !HALF.test(file) && !/(?:^|\/)tests\//.test(file),
  );
  const rank = (file: string) =>
    (TEST_FIRST.test(basename(file)) ? 0 : 1) + (/predict|result|metric|report/i.test(file) ? 2 : 0);
  return [...new Set(found)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Folders at the top that are projects of their own, each with code that writes a model; empty where the root is the project. */
function modelFoldersOf(
  files: readonly string[],
  python: readonly PythonFile[],
  configs: readonly ConfigFile[],
): string[] {
  const writers = python.filter(
    ({ path, calls }) =>
      !/(?:^|\/)(?:tests?|examples?|notebooks?|scripts)\//.test(path) && calls.some((call) => isModelWriter(call)),
  );
  const tops = [
    ...new Set(
      [
        ...writers.map(({ path }) => path),
        ...writersOf(readCodeFacts(python, new PythonValues(python, configs), configs)),
      ]
        .filter((path) => path.includes('/'))
        .map((path) => path.split('/')[0] ?? ''),
    ),
  ];
  const isProject = (top: string) =>
    files.some(
      (file) =>
        file.startsWith(`${top}/`) &&
        /^[^/]+\/(?:requirements[\w.-]*\.txt|pyproject\.toml|setup\.py|Dockerfile|train\w*\.py)$/.test(file),
    );
  const own = tops.filter(
    (top) => isProject(top) && !/^(?:src|app|training|models?|pipelines?|tests?|scripts|docker)$/.test(top),
  );
  const isRoot = writers.some(({ path }) => !path.includes('/'));
  return isRoot || own.length < 2 ? [] : own.sort();
}

function isModelWriter({ name, method }: PythonFile['calls'][number]): boolean {
  return /^(?:joblib|pickle|skops\.io)\.dump$/.test(name) || method === 'save_model' || method === 'log_model';
}
