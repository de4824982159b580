import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { slug } from '../../core/domain/model/model-name.ts';
import { PROJECT_ROOT } from '../project-root.ts';

/** What a repository's workflows are filled with. */
export interface WorkflowValues {
  readonly model: string;
  /** The default branch. */
  readonly branch: string;
  /** The command that fetches new data; undefined: no retrain workflow is written. */
  readonly update: string | undefined;
  /** A target names a container image. */
  readonly image?: boolean;
}

/**
 * Writes Tidegate's workflow files into a repository.
 *
 * @returns The paths that were written, relative to the repository.
 */
export async function fillWorkflows(repository: string, values: WorkflowValues): Promise<readonly string[]> {
  const release = values.image === true ? 'model-release-image.yml' : 'model-release.yml';
  const files = [
    ['model-ci.yml', 'model-ci.yml'],
    [release, 'model-release.yml'],
    ['model-watch.yml', 'model-watch.yml'],
    ...(values.update === undefined ? [] : [['model-retrain.yml', 'model-retrain.yml']]),
  ] as const;
  await mkdir(join(repository, '.github', 'workflows'), { recursive: true });
  const written: string[] = [];
  for (const [template, name] of files) {
    const text = await readFile(join(PROJECT_ROOT, 'templates', 'workflows', template ?? ''), 'utf8');
    const path = join('.github', 'workflows', name ?? '');
    await writeFile(join(repository, path), fill(text, values));
    written.push(path);
  }
  return written;
}

function fill(text: string, { model, branch, update }: WorkflowValues): string {
  return text
    .replaceAll('__MODEL__', model)
    .replaceAll('__SLUG__', slug(model))
    .replaceAll('__BRANCH__', branch)
    .replaceAll('__UPDATE_COMMAND__', update ?? '');
}
