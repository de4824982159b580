import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { slug } from '../../core/domain/model/model-name.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import type { EnvironmentFacts } from './environment-facts.ts';
import { setupSteps } from './python-setup.ts';
import { withPlaces } from './several-models.ts';

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
  /** Number of models in tidegate.yaml, with this one: several share the workflows that judge and release. Default 1. */
  readonly models?: number;
  /** Another model has the names of the templates that each model needs of its own: those files are called after this one. */
  readonly isAdditional?: boolean;
  /** The steps that set up Python, as the workflow has them already; undefined: those of `environment`. */
  readonly setup?: string | undefined;
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

/** The file of the workflow that retrains a model: `drift.retrain.workflow` of tidegate.yaml names it. */
export function retrainWorkflow({ model, isAdditional }: Pick<WorkflowValues, 'model' | 'isAdditional'>): string {
  return ownName('model-retrain.yml', { model, isAdditional: isAdditional === true });
}

/** Each template with the name that it gets. */
function templatesOf(values: WorkflowValues): readonly (readonly [string, string])[] {
  const { image, watch, update, isAdditional = false, model, models = 1 } = values;
  const named = (name: string) => ownName(name, { model, isAdditional });
  const kind = models > 1 ? 'models' : 'model';
  return [
    [`${kind}-ci.yml`, 'model-ci.yml'],
    [image === true ? `${kind}-release-image.yml` : `${kind}-release.yml`, 'model-release.yml'],
    ...(watch === false ? [] : [['model-watch.yml', named('model-watch.yml')] as const]),
    ...(update === undefined ? [] : [['model-retrain.yml', retrainWorkflow(values)] as const]),
  ];
}

function ownName(
  name: string,
  { model, isAdditional }: { readonly model: string; readonly isAdditional: boolean },
): string {
  return isAdditional ? name.replace(/\.yml$/, `-${slug(model)}.yml`) : name;
}

const DEFAULT_SETUP = setupSteps({ manager: 'pip', file: 'requirements.txt', version: '3.11' }).join('\n');

function fill(text: string, values: WorkflowValues): string {
  const { model, branch, update, store, environment, models = 1 } = values;
  const isElsewhere = store !== undefined && !store.startsWith('oci://ghcr.io/');
  const setup = values.setup ?? (environment === undefined ? DEFAULT_SETUP : setupSteps(environment).join('\n'));
  return withPlaces(isElsewhere ? text.replaceAll(STORE_PERMISSION, '') : text, models)
    .replaceAll('__MODEL__', model)
    .replaceAll('__SLUG__', slug(model))
    .replaceAll('__BRANCH__', branch)
    .replaceAll('__UPDATE_COMMAND__', update ?? '')
    .replaceAll(DEFAULT_SETUP, () => setup);
}
