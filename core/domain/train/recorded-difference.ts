import { isPlainList, plainEquals } from '../data/plain-value.ts';
import type { Stage } from './pipeline.ts';
import type { StageLock } from './stage-lock.ts';

/**
 * The first difference between a stage of dvc.yaml and what was recorded of its run: its command, or its lists of
 * dependencies, parameters and outputs. Digests and values of parameters are not compared.
 *
 * @returns A clause for people, such as `has another command`; undefined where they are of the same stage.
 */
export function recordedDifference(stage: Stage, lock: StageLock): string | undefined {
  if (!plainEquals(asValue(stage.command), asValue(lock.command))) return 'has another command';
  if (
    !isSame(
      stage.deps.map(({ written }) => written),
      lock.deps.map(({ path }) => path),
    )
  ) {
    return 'has other dependencies';
  }
  if (
    !isSame(
      stage.outs.map(({ written }) => written),
      lock.outs.map(({ path }) => path),
    )
  )
    return 'has other outputs';
  if (
    !isSame(
      stage.params.map(({ written }) => written),
      [...lock.params.keys()],
    )
  )
    return 'has other parameters files';
  for (const { written, keys } of stage.params) {
    const recorded = [...(lock.params.get(written)?.keys() ?? [])];
    if (keys !== undefined && !isSame(keys, recorded)) return `has other parameters of ${written}`;
  }
  return undefined;
}

function asValue(command: Stage['command']) {
  return isPlainList(command) ? [...command] : command;
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  const [one, other] = [new Set(left), new Set(right)];
  return one.size === other.size && [...one].every((text) => other.has(text));
}
