import { CONFIG_FILE } from '../core/domain/policy/config-file.ts';
import { UserError } from '../core/errors.ts';
import type { TrainRequest } from '../core/usecases/train/train-model.ts';
import type { LoadedModel } from './load-model.ts';

/** Files of the repository that decide nothing about a model that a command trains. */
const NOT_SOURCES = [CONFIG_FILE, '.github', 'README.md', 'dvc.lock'];

/** Inputs of an action that replace values of tidegate.yaml. */
export interface WorkOverrides {
  readonly stages: readonly string[] | undefined;
  readonly command: string | undefined;
}

/**
 * The way in which a model is trained: the inputs before tidegate.yaml.
 *
 * @throws {UserError} INPUT_INVALID for both inputs at once, CONFIG_INVALID where nothing says it.
 */
export function chooseWork(
  { model }: Pick<LoadedModel, 'model'>,
  { stages, command }: WorkOverrides,
): TrainRequest['work'] {
  if (stages !== undefined && command !== undefined) {
    throw new UserError('INPUT_INVALID', 'the inputs stages and command cannot be used together', {
      fix: 'Remove one.',
    });
  }
  const names = stages ?? (command === undefined ? model.train?.stages : undefined);
  if (names !== undefined) return { kind: 'stages', names };
  const line = command ?? model.train?.command;
  if (line !== undefined) {
    // What another command reads, no one says.
    const deps = command === undefined ? model.train?.deps : undefined;
    return { kind: 'command', line, deps, ignored: notSources(model) };
  }
  throw new UserError('CONFIG_INVALID', 'no stages or command are set to train the model', {
    fix: 'Add train with stages or command to tidegate.yaml, or set one of these inputs.',
    place: { file: CONFIG_FILE },
  });
}

/** Paths that decide nothing about what code of the team computes, unless it says that it reads them. */
export function notSources(model: LoadedModel['model']): readonly string[] {
  const targets = model.environments.flatMap((environment) => environment.targets.map((target) => target.file));
  return [...NOT_SOURCES, ...targets, model.artifact];
}
