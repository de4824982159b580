import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { slug } from '../../core/domain/model/model-name.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import type { EnvironmentFacts } from './environment-facts.ts';
import { setupSteps } from './python-setup.ts';

/** A permission that only a store at ghcr.io needs. */
const STORE_PERMISSION =
  /^ +packages: (?:read|write) # (?:registered|registers) versions, if register\.store is .*\n/gm;
const FOLDER = '.github/workflows';

/** Values for the workflow templates of a repository. */
export interface WorkflowValues {
  readonly model: string;
  /** The default branch. */
  readonly branch: string;
  /** The command that fetches new data; undefined: no retrain workflow is written. */
  readonly update: string | undefined;
  /** A target names a container image. */
  readonly image?: boolean;
  /** Data to watch is named. Default true. */
  readonly watch?: boolean;
  /** `register.store`; undefined: not known, so jobs keep the permission that a store at ghcr.io needs. */
  readonly store?: string | undefined;
  /** The tool that installs the packages; default: pip, by requirements.txt. */
  readonly environment?: Omit<EnvironmentFacts, 'versionFrom'>;
  /** Another model has the names of the templates: files, and the required check, are called after this one. */
  readonly isAdditional?: boolean;
}

/** A file to write, relative to the repository. */
export interface WrittenFile {
  readonly path: string;
  readonly text: string;
}

/** The workflow files that a repository gets, relative to it. */
export function workflowFiles(values: WorkflowValues): readonly string[] {
  return templatesOf(values).map(([, name]) => `${FOLDER}/${name}`);
}

/** The texts of the workflow files of a repository. */
export async function renderWorkflows(values: WorkflowValues): Promise<readonly WrittenFile[]> {
  const rendered = templatesOf(values).map(async ([template, name]) => {
    const text = await readFile(join(PROJECT_ROOT, 'templates', 'workflows', template), 'utf8');
    return { path: `${FOLDER}/${name}`, text: fill(text, values) };
  });
  return Promise.all(rendered);
}

/**
 * Writes Tidegate's workflow files into a repository.
 *
 * @returns The paths that were written, relative to the repository.
 */
export async function fillWorkflows(repository: string, values: WorkflowValues): Promise<readonly string[]> {
  await mkdir(join(repository, FOLDER), { recursive: true });
  const files = await renderWorkflows(values);
  for (const { path, text } of files) await writeFile(join(repository, path), text);
  return files.map(({ path }) => path);
}

/** The release workflow's file name: `register.workflow` of tidegate.yaml has to name it. */
export function releaseWorkflow({ model, isAdditional }: Pick<WorkflowValues, 'model' | 'isAdditional'>): string {
  return isAdditional === true ? `model-release-${slug(model)}.yml` : 'model-release.yml';
}

/** Each template with the name that it gets. */
function templatesOf(values: WorkflowValues): readonly (readonly [string, string])[] {
  const { image, watch, update, isAdditional, model } = values;
  const named = (name: string) => (isAdditional === true ? name.replace(/\.yml$/, `-${slug(model)}.yml`) : name);
  return [
    ['model-ci.yml', named('model-ci.yml')],
    [image === true ? 'model-release-image.yml' : 'model-release.yml', releaseWorkflow(values)],
    ...(watch === false ? [] : [['model-watch.yml', named('model-watch.yml')] as const]),
    ...(update === undefined ? [] : [['model-retrain.yml', named('model-retrain.yml')] as const]),
  ];
}

const DEFAULT_SETUP = setupSteps({ manager: 'pip', file: 'requirements.txt', version: '3.11' }).join('\n');

function fill(text: string, values: WorkflowValues): string {
  const { model, branch, update, store, environment, isAdditional } = values;
  const isElsewhere = store !== undefined && !store.startsWith('oci://ghcr.io/');
  const setup = environment === undefined ? DEFAULT_SETUP : setupSteps(environment).join('\n');
  const filled = (isElsewhere ? text.replaceAll(STORE_PERMISSION, '') : text)
    .replaceAll('__MODEL__', model)
    .replaceAll('__SLUG__', slug(model))
    .replaceAll('__BRANCH__', branch)
    .replaceAll('__UPDATE_COMMAND__', update ?? '')
    .replaceAll(DEFAULT_SETUP, setup);
  if (isAdditional !== true) return filled;
  return filled
    .replaceAll(/^ {4}name: tidegate$/gm, `    name: tidegate (${model})`)
    .replaceAll('Require the check "tidegate"', `Require the check "tidegate (${model})"`);
}
