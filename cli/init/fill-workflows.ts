import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { slug } from '../../core/domain/model/model-name.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

/** A permission that only a store at ghcr.io needs. */
const STORE_PERMISSION =
  /^ +packages: (?:read|write) # (?:registered|registers) versions, if register\.store is .*\n/gm;
const FOLDER = join('.github', 'workflows');

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
}

/** The workflow files that a repository gets, relative to it. */
export function workflowFiles(values: WorkflowValues): readonly string[] {
  return templatesOf(values).map(([, name]) => join(FOLDER, name));
}

/**
 * Writes Tidegate's workflow files into a repository.
 *
 * @returns The paths that were written, relative to the repository.
 */
export async function fillWorkflows(repository: string, values: WorkflowValues): Promise<readonly string[]> {
  await mkdir(join(repository, FOLDER), { recursive: true });
  const written: string[] = [];
  for (const [template, name] of templatesOf(values)) {
    const text = await readFile(join(PROJECT_ROOT, 'templates', 'workflows', template), 'utf8');
    const path = join(FOLDER, name);
    await writeFile(join(repository, path), fill(text, values));
    written.push(path);
  }
  return written;
}

/** Each template with the name that it gets. */
function templatesOf({ image, watch, update }: WorkflowValues): readonly (readonly [string, string])[] {
  return [
    ['model-ci.yml', 'model-ci.yml'],
    [image === true ? 'model-release-image.yml' : 'model-release.yml', 'model-release.yml'],
    ...(watch === false ? [] : [['model-watch.yml', 'model-watch.yml'] as const]),
    ...(update === undefined ? [] : [['model-retrain.yml', 'model-retrain.yml'] as const]),
  ];
}

function fill(text: string, { model, branch, update, store }: WorkflowValues): string {
  const isElsewhere = store !== undefined && !store.startsWith('oci://ghcr.io/');
  return (isElsewhere ? text.replaceAll(STORE_PERMISSION, '') : text)
    .replaceAll('__MODEL__', model)
    .replaceAll('__SLUG__', slug(model))
    .replaceAll('__BRANCH__', branch)
    .replaceAll('__UPDATE_COMMAND__', update ?? '');
}
