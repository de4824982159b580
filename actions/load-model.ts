import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsence } from '../core/adapters/files/absent.ts';
import { type ParsedConfig, parseConfig, selectModel } from '../core/config/parse-config.ts';
import type { ModelConfig, ScoredModelConfig } from '../core/config/tidegate-config.ts';
import { CONFIG_FILE } from '../core/domain/policy/config-file.ts';
import { UserError } from '../core/errors.ts';
import type { ActionContext } from './action-context.ts';

/** The model that an action works on, with the config it comes from. */
export interface LoadedModel<Model extends ModelConfig = ModelConfig> extends ParsedConfig {
  readonly name: string;
  readonly model: Model;
  /** The text of tidegate.yaml. */
  readonly text: string;
}

/**
 * Reads tidegate.yaml of the working directory and chooses the model.
 *
 * @param model The input of that name.
 * @throws {UserError} CONFIG_NOT_FOUND, CONFIG_INVALID, or INPUT_INVALID for an unknown model.
 */
export async function loadModel(context: ActionContext, model: string | undefined): Promise<LoadedModel> {
  const loaded = await loadOptionalModel(context, model);
  if (loaded !== undefined) return loaded;
  throw withoutConfig();
}

/**
 * Reads tidegate.yaml of the working directory, for all its models.
 *
 * @throws {UserError} CONFIG_NOT_FOUND, CONFIG_INVALID.
 */
export async function loadConfig(context: Pick<ActionContext, 'workingDirectory'>): Promise<ParsedConfig> {
  const loaded = await readConfig(context);
  if (loaded !== undefined) return loaded;
  throw withoutConfig();
}

function withoutConfig(): UserError {
  return new UserError('CONFIG_NOT_FOUND', 'there is no tidegate.yaml in the working directory', {
    fix: 'Add tidegate.yaml at the repository root (npm run init writes one), run actions/checkout first, or set working-directory.',
  });
}

/**
 * The same model, for what needs a dataset.
 *
 * @throws {UserError} CONFIG_INVALID for a model of `task: custom`, which has none.
 */
export function expectScored(loaded: LoadedModel): LoadedModel<ScoredModelConfig> {
  const { model, name } = loaded;
  if (model.task !== 'custom') return { ...loaded, model };
  throw new UserError('CONFIG_INVALID', `models.${name} has task: custom, so that it has no columns of data`, {
    fix: 'Use this action for models whose task has a dataset.',
    place: loaded.placeOf(['models', name, 'task']),
  });
}

/**
 * The model, for an action that can do without.
 *
 * @returns Undefined where there is no tidegate.yaml.
 * @throws {UserError} CONFIG_INVALID for one that is broken, and as `loadModel`.
 */
export async function loadOptionalModel(
  context: ActionContext,
  model: string | undefined,
): Promise<LoadedModel | undefined> {
  const read = await readConfig(context);
  return read === undefined ? undefined : { ...read, ...selectModel(read.config, model) };
}

/**
 * Reads tidegate.yaml of the working directory, whatever its models are.
 *
 * @returns Undefined where there is none.
 * @throws {UserError} CONFIG_INVALID for one that is broken, CONFIG_NOT_FOUND for one that cannot be read.
 */
export async function readConfig(
  context: Pick<ActionContext, 'workingDirectory'>,
): Promise<Pick<LoadedModel, 'text' | keyof ParsedConfig> | undefined> {
  const text = await readFile(join(context.workingDirectory, CONFIG_FILE), 'utf8').catch((cause: unknown) => {
    if (isAbsence(cause)) return undefined;
    throw new UserError('CONFIG_NOT_FOUND', 'tidegate.yaml cannot be read', { fix: 'Make it a readable file.', cause });
  });
  if (text === undefined) return undefined;
  const parsed = parseConfig(text);
  return { ...parsed, text };
}
