import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAbsent } from '../core/adapters/node/absent.ts';
import { type ParsedConfig, parseConfig, selectModel } from '../core/config/parse-config.ts';
import type { ModelConfig } from '../core/config/tidegate-config.ts';
import { UserError } from '../core/errors.ts';
import type { ActionContext } from './action-context.ts';

/** The model that an action works on, with the config it comes from. */
export interface LoadedModel extends ParsedConfig {
  readonly name: string;
  readonly model: ModelConfig;
  /** The text of tidegate.yaml. */
  readonly text: string;
}

/**
 * Reads tidegate.yaml of the working directory and chooses the model; keys that this version does not act on become
 * warnings at their line.
 *
 * @param model The input of that name.
 * @throws {UserError} CONFIG_NOT_FOUND, CONFIG_INVALID, or INPUT_INVALID for an unknown model.
 */
export async function loadModel(context: ActionContext, model: string | undefined): Promise<LoadedModel> {
  const text = await readFile(join(context.workingDirectory, 'tidegate.yaml'), 'utf8').catch((cause: unknown) => {
    unlessAbsent(cause);
    throw new UserError('CONFIG_NOT_FOUND', 'there is no tidegate.yaml in the working directory', {
      fix: 'Add tidegate.yaml at the repository root (npm run init writes one), check out first, or set working-directory.',
      cause,
    });
  });
  const parsed = parseConfig(text);
  for (const warning of parsed.warnings) context.log.warning(warning);
  return { ...parsed, ...selectModel(parsed.config, model), text };
}
