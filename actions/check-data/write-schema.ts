import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isThere } from '../../core/adapters/files/absent.ts';
import { errorCode } from '../../core/adapters/files/error-code.ts';
import { parseDataSchema } from '../../core/config/parse-data-schema.ts';
import { formatSchema } from '../../core/domain/data-schema/format-schema.ts';
import { UserError } from '../../core/errors.ts';
import type { RelationEngine } from '../../core/ports/evaluate/relation-engine.ts';
import { inferDataSchema, type SchemaInference } from '../../core/usecases/data/infer-data-schema.ts';

/** Place of an inferred schema. */
export interface SchemaTarget {
  /** As a person named it, relative to the working directory. */
  readonly path: string;
  readonly workingDirectory: string;
  /** True: a file that is there is written again. */
  readonly mayReplace: boolean;
  readonly engine: RelationEngine;
}

/**
 * Infers a schema from a table and writes it.
 *
 * @returns Number of rows of the table.
 * @throws {UserError} INPUT_INVALID where the file exists and may not be replaced.
 */
export async function writeSchema(
  { source, ...request }: SchemaInference & { readonly source: string },
  { path, workingDirectory, mayReplace, engine }: SchemaTarget,
): Promise<number> {
  const file = resolve(workingDirectory, path);
  // Before the work, not after it.
  if (!mayReplace && isThere(file)) throw existing(path, undefined);
  const inferred = await inferDataSchema(request, engine);
  const text = formatSchema(inferred, { source, rows: inferred.rows });
  // A schema that could not be read back would be found in the next run only.
  parseDataSchema(text, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { flag: mayReplace ? 'w' : 'wx' }).catch((cause: unknown) => {
    throw errorCode(cause) === 'EEXIST' ? existing(path, cause) : cause;
  });
  return inferred.rows;
}

function existing(path: string, cause: unknown): UserError {
  return new UserError('INPUT_INVALID', `${path} exists, and may have been edited`, {
    fix: 'Edit it by hand, or set force to write it again.',
    cause,
  });
}
