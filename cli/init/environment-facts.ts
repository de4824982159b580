import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { fieldOf, itemsOf } from './plain-fields.ts';

/** The tool that installs the packages of a repository. */
export type EnvironmentManager = 'pip' | 'uv' | 'poetry' | 'pdm' | 'pixi' | 'conda';

/** The Python environment that training runs in. */
export interface EnvironmentFacts {
  readonly manager: EnvironmentManager;
  /** The file that says what is installed; undefined where there is none. */
  readonly file: string | undefined;
  /** Such as `3.11`. */
  readonly version: string;
  /** The file that says the version; undefined: no file does. */
  readonly versionFrom: string | undefined;
}

const DEFAULT_VERSION = '3.11';
/** Lowest to highest: the one that is taken is the lowest that fits, and never one that is out of support. */
const VERSIONS = ['3.10', '3.11', '3.12', '3.13', '3.14'];

const LOCKS: readonly (readonly [RegExp, EnvironmentManager])[] = [
  [/^uv\.lock$/, 'uv'],
  [/^poetry\.lock$/, 'poetry'],
  [/^pdm\.lock$/, 'pdm'],
  [/^pixi\.(?:lock|toml)$/, 'pixi'],
];
const REQUIREMENTS = /(?:^|\/)requirements(?:[-_.]?(?:train|training|ml|base|prod|main))?\.txt$/i;
const CONDA = /(?:^|\/)(?:environment|conda|conda_env|env)\.ya?ml$/i;

/**
 * Reads what installs the packages, and the version of Python.
 *
 * @param folder The folder of the model, relative to the repository: a file there says more than one at the root.
 */
export async function readEnvironmentFacts(
  repository: string,
  files: readonly string[],
  folder = '',
): Promise<EnvironmentFacts> {
  const read = (file: string) => readFile(join(repository, file), 'utf8');
  const nearby = files.filter((file) => folder === '' || dirname(file) === '.' || file.startsWith(`${folder}/`));
  const ordered = nearby.toSorted((a, b) => rank(a, folder) - rank(b, folder) || (a < b ? -1 : 1));
  const found = await managerOf(ordered, read);
  return { ...found, ...(await versionOf(ordered, read)) };
}

/** The model's folder first, then the root, then what is deeper. */
function rank(file: string, folder: string): number {
  const at = dirname(file);
  if (folder !== '' && at === folder) return 0;
  return at === '.' ? 1 : 1 + at.split('/').length;
}

type Read = (file: string) => Promise<string>;

async function managerOf(files: readonly string[], read: Read): Promise<Pick<EnvironmentFacts, 'manager' | 'file'>> {
  for (const [pattern, manager] of LOCKS) {
    const file = files.find((one) => pattern.test(one));
    if (file !== undefined) return { manager, file };
  }
  const requirements = files.find((file) => REQUIREMENTS.test(file));
  if (requirements !== undefined) return { manager: 'pip', file: requirements };
  for (const file of files.filter((one) => CONDA.test(one))) {
    const value: unknown = parseYaml(await read(file), { logLevel: 'silent' });
    if (itemsOf(fieldOf(value, 'dependencies')).length > 0) return { manager: 'conda', file };
  }
  const project = files.find((file) => /(?:^|\/)pyproject\.toml$/.test(file));
  if (project !== undefined) return { manager: managerOfProject(await read(project)), file: project };
  const setup = files.find((file) => /^setup\.(?:py|cfg)$/.test(file));
  return { manager: 'pip', file: setup };
}

/** A project without a lock file, by what its tables belong to. */
function managerOfProject(text: string): EnvironmentManager {
  if (/^\[tool\.poetry\b/m.test(text) && !/^\[project\]/m.test(text)) return 'poetry';
  if (/^\[tool\.pixi\b/m.test(text)) return 'pixi';
  return 'pip';
}

async function versionOf(
  files: readonly string[],
  read: Read,
): Promise<Pick<EnvironmentFacts, 'version' | 'versionFrom'>> {
  for (const file of files) {
    const version = /(?:^|\/)\.python-version$/.test(file) ? writtenVersion(await read(file)) : undefined;
    if (version !== undefined) return { version, versionFrom: file };
  }
  const sources: readonly (readonly [RegExp, (text: string) => string | undefined])[] = [
    [/(?:^|\/)pyproject\.toml$/, versionOfProject],
    [CONDA, (text) => writtenVersion(/^\s*-\s*["']?python\s*[=><~]+\s*([\d.]+)/m.exec(text)?.[1])],
    [
      /(?:^|\/)Dockerfile[\w.-]*$/,
      (text) => writtenVersion(/^FROM\s+(?:--platform=\S+\s+)?(?:[\w./-]*\/)?python:(\d+\.\d+)/im.exec(text)?.[1]),
    ],
    [/^\.github\/workflows\/.*\.ya?ml$/, (text) => writtenVersion(/python-version:\s*["']?(\d+\.\d+)/.exec(text)?.[1])],
    [/(?:^|\/)runtime\.txt$/, (text) => writtenVersion(text.replace(/^python-/, ''))],
  ];
  for (const [pattern, version] of sources) {
    for (const file of files.filter((one) => pattern.test(one))) {
      const found = version(await read(file));
      if (found !== undefined) return { version: found, versionFrom: file };
    }
  }
  return { version: DEFAULT_VERSION, versionFrom: undefined };
}

/** `3.11` of `3.11.7`. */
function writtenVersion(text: string | undefined): string | undefined {
  return /^\s*(3\.\d+)/.exec(text ?? '')?.[1];
}

function versionOfProject(text: string): string | undefined {
  let project: unknown;
  try {
    project = parseToml(text);
  } catch {
    return undefined;
  }
  const tool = fieldOf(project, 'tool');
  const poetry = fieldOf(fieldOf(fieldOf(tool, 'poetry'), 'dependencies'), 'python');
  const pixi = fieldOf(fieldOf(fieldOf(tool, 'pixi'), 'dependencies'), 'python');
  const wanted = fieldOf(fieldOf(project, 'project'), 'requires-python') ?? poetry ?? pixi;
  return typeof wanted === 'string' ? lowestFitting(wanted) : undefined;
}

/** The lowest known version that a requirement such as `>=3.9,<3.13` or `^3.10` allows. */
export function lowestFitting(requirement: string): string | undefined {
  const minor = (text: string) => Number(/^3\.(\d+)/.exec(text)?.[1] ?? Number.NaN);
  const fits = (version: string) =>
    requirement.split(/\s*,\s*/).every((part) => {
      const [, operator = '', bound = ''] = /^\s*([<>=~^!]*)\s*(\S+)/.exec(part) ?? [];
      const [mine, other] = [minor(version), minor(bound)];
      if (Number.isNaN(other)) return true;
      if (operator === '<') return mine < other;
      if (operator === '<=') return mine <= other;
      if (operator === '>') return mine > other || /^3\.\d+\.\d+/.test(bound);
      if (operator === '==' || operator === '' || operator === '=') return mine === other;
      if (operator === '!=') return mine !== other;
      return mine >= other;
    });
  return VERSIONS.find(fits);
}
