import type { DataSchema } from '../domain/data-schema/data-schema.ts';
import { UserError } from '../errors.ts';
import { dataSchemaFile } from './data-schema-config.ts';
import { issueProblems } from './issue-problems.ts';
import { knownDataSchemaKeys } from './json-schema.ts';
import { readYaml } from './read-yaml.ts';

/** Chosen: a schema of 5,000 columns as it is inferred. */
export const MAX_DATA_SCHEMA_BYTES = 2 ** 20;

/**
 * Parses a data schema.
 *
 * @param text The file's text; a byte order mark is accepted.
 * @param file The path to show in messages.
 * @throws {UserError} CONFIG_INVALID with every problem, each with line and column; nothing becomes a default.
 */
export function parseDataSchema(text: string, file: string): DataSchema {
  const { value, placeOf } = readYaml(text, file, MAX_DATA_SCHEMA_BYTES);
  if (value === null || value === undefined) {
    throw new UserError('CONFIG_INVALID', 'the file is empty', {
      fix: 'Write one with tidegate check-data --infer.',
      place: { file },
    });
  }
  const parsed = dataSchemaFile.safeParse(value, { reportInput: true });
  if (parsed.success) {
    const { version: _, ...schema } = parsed.data;
    return schema;
  }
  const problems = parsed.error.issues.flatMap((issue) => issueProblems(issue, placeOf, knownDataSchemaKeys));
  throw UserError.ofProblems('CONFIG_INVALID', problems);
}
