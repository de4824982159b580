import { relative, resolve, sep } from 'node:path';
import type { Environment } from '../core/domain/policy/environment.ts';
import type { ActionContext } from './action-context.ts';

/**
 * Environments whose targets are paths of the repository, as GitHub's API takes them. In tidegate.yaml they are relative to
 * its folder, which is not the repository's in a monorepo.
 */
export function inRepository(
  { env, workingDirectory }: Pick<ActionContext, 'env' | 'workingDirectory'>,
  environments: readonly Environment[],
): readonly Environment[] {
  const root = env.GITHUB_WORKSPACE ?? workingDirectory;
  const folder = relative(resolve(root), resolve(workingDirectory)).split(sep).join('/');
  if (folder === '') return environments;
  return environments.map((environment) => ({
    ...environment,
    targets: environment.targets.map((target) => ({ ...target, file: `${folder}/${target.file}` })),
  }));
}
