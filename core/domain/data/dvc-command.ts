import { shellWord } from '../text/shell-word.ts';
import type { TrackedOutput } from './tracked-output.ts';

/** The name of an output in commands of DVC that run at the root of its project: the stage that makes it, or its `.dvc` file. */
export function dvcTarget({ stage, declaredIn }: Pick<TrackedOutput, 'stage' | 'declaredIn'>): string {
  return shellWord(stage ?? declaredIn);
}

/**
 * The command that uploads an output.
 *
 * @param remote Undefined for the default one.
 */
export function pushCommand(output: Pick<TrackedOutput, 'stage' | 'declaredIn'>, remote: string | undefined): string {
  return `dvc push ${remote === undefined ? '' : `--remote ${shellWord(remote)} `}${dvcTarget(output)}`;
}

/** The command that records an output as it is in the workspace. */
export function commitCommand(output: Pick<TrackedOutput, 'stage' | 'declaredIn'>): string {
  return `dvc commit --force ${dvcTarget(output)}`;
}
