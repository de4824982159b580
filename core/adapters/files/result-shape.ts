import { isJsonObject, type JsonObject } from '../../domain/data/json-object.ts';
import { UserError } from '../../errors.ts';

/** The error for a file of results that cannot be read: never taken for one without failures. */
export function invalidResults(
  shown: string,
  what: string,
  fix = 'Check that the tool ran to its end, that no other process writes this file, and that evaluate.results names its format.',
): UserError {
  return new UserError('DATA_INVALID', `${shown} ${what}`, { fix });
}

/** A list of mappings, or undefined. */
export function objectsOf(value: unknown): readonly JsonObject[] | undefined {
  return Array.isArray(value) && value.every(isJsonObject) ? value : undefined;
}
