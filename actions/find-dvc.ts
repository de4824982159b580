import { isAbsolute, relative, resolve, sep } from 'node:path';
import { findDvcRoot } from '../core/adapters/dvc/find-dvc-root.ts';
import { pathFrom } from '../core/domain/data/repository-path.ts';
import { UserError } from '../core/errors.ts';
import type { ActionContext } from './action-context.ts';

/** Path of DVC's project, relative to the working directory. */
export interface DvcPlace {
  /** Absolute: the folder that holds `.dvc`, or the working directory where there is none. */
  readonly root: string;
  /** The working directory, relative to the root and `/`-separated; `''` for the root. */
  readonly folder: string;
  readonly hasDvc: boolean;
}

/** Looks for `.dvc` from the working directory upwards, but not above the workspace that it is in. */
export function findDvc({ env, workingDirectory }: Pick<ActionContext, 'env' | 'workingDirectory'>): DvcPlace {
  const directory = resolve(workingDirectory);
  const top = env.GITHUB_WORKSPACE ? resolve(env.GITHUB_WORKSPACE) : undefined;
  const found = findDvcRoot({ directory, top });
  const folder = found === undefined ? '' : relative(found, directory).split(sep).join('/');
  return { root: found ?? directory, folder, hasDvc: found !== undefined };
}

/** @throws {UserError} DATA_NOT_FOUND where there is no `.dvc`: DVC does nothing there either. */
export function requireDvc({ hasDvc }: Pick<DvcPlace, 'hasDvc'>): void {
  if (!hasDvc) throw noDvc();
}

/** The error for a working directory in no project of DVC. */
export function noDvc(): UserError {
  return new UserError('DATA_NOT_FOUND', 'there is no folder .dvc in the working directory or above it', {
    fix: "Run actions/checkout first, correct working-directory, or run 'dvc init' at the top of the repository and commit .dvc/config.",
  });
}

/** Targets as the working directory names them: an absolute path in the project becomes a relative one. */
export function namedTargets({ root, folder }: DvcPlace, targets: readonly string[]): readonly string[] {
  return targets.map((target) => {
    if (!isAbsolute(target)) return target;
    const path = relative(root, target).split(sep).join('/');
    return path === '..' || path.startsWith('../') ? target : pathFrom(folder, path);
  });
}
