import { relative, resolve, sep } from 'node:path';
import type { Environment } from '../core/domain/policy/environment.ts';
import type { ActionContext } from './action-context.ts';

/** A path in the folder of tidegate.yaml as a path of the repository: in a monorepo they are not the same. */
export function pathInRepository(
  { env, workingDirectory }: Pick<ActionContext, 'env' | 'workingDirectory'>,
  path: string,
): string {
  const root = env.GITHUB_WORKSPACE ?? workingDirectory;
  const folder = relative(resolve(root), resolve(workingDirectory)).split(sep).join('/');
  return folder === '' ? path : `${folder}/${path}`;
}

/**
 * Environments whose targets are paths of the repository, as GitHub's API takes them. In tidegate.yaml they are relative to
 * its folder, which is not the repository's in a monorepo.
 */
export function inRepository(
  context: Pick<ActionContext, 'env' | 'workingDirectory'>,
  environments: readonly Environment[],
): readonly Environment[] {
  return environments.map((environment) => ({
    ...environment,
    targets: environment.targets.map((target) => ({ ...target, file: pathInRepository(context, target.file) })),
  }));
}
