import { CONFIG_FILE } from '../domain/policy/config-file.ts';
import { UserError } from '../errors.ts';
import { readYaml } from './read-yaml.ts';
import { readWrittenModels } from './written-parts.ts';

/**
 * `register.store` of a model as the text of a tidegate.yaml says it, whatever else is in the file: an earlier one may have keys
 * that the schema of today does not know.
 *
 * @returns Undefined where it does not say.
 */
export function storeAsWritten(text: string, model: string): string | undefined {
  try {
    const models = readWrittenModels(readYaml(text, CONFIG_FILE).value);
    return models.find(([name]) => name === model)?.[1].register?.store;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
