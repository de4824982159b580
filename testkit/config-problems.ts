import { parseConfig } from '../core/config/parse-config.ts';
import { UserError } from '../core/errors.ts';

/** Messages of what is wrong with the text of a tidegate.yaml; empty where it is accepted. */
export function configProblems(text: string): readonly string[] {
  try {
    parseConfig(text);
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ message }) => message);
    throw error;
  }
}
