import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { posix, resolve } from 'node:path';
import { isAbsence } from '../core/adapters/files/absent.ts';
import type { GitCommit } from '../core/adapters/git/git-commit.ts';
import { MAX_DATA_SCHEMA_BYTES, parseDataSchema } from '../core/config/parse-data-schema.ts';
import type { DataSchema } from '../core/domain/data-schema/data-schema.ts';
import { UserError } from '../core/errors.ts';
import type { ActionContext } from './action-context.ts';

/** Path of the data schema where none is named. */
export const DEFAULT_SCHEMA_PATH = 'data/schema.yaml';

/** A data schema, read from a file. */
export interface ReadDataSchema {
  /** As a person named it. */
  readonly path: string;
  readonly text: string;
  readonly digest: string;
  readonly schema: DataSchema;
}

/**
 * Reads a data schema.
 *
 * @param path Relative to the working directory.
 * @throws {UserError} CONFIG_NOT_FOUND where there is none, CONFIG_INVALID for one that is broken or too large.
 */
export async function readDataSchema(
  { workingDirectory }: Pick<ActionContext, 'workingDirectory'>,
  path: string,
): Promise<ReadDataSchema> {
  const bytes = await readBytes(resolve(workingDirectory, path), path);
  const text = bytes.toString('utf8');
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { path, text, digest, schema: parseDataSchema(text, path) };
}

async function readBytes(file: string, path: string): Promise<Buffer> {
  const handle = await open(file).catch((cause: unknown) => {
    const [message, fix] = isAbsence(cause)
      ? [`there is no data schema ${path}`, WRITE_ONE]
      : [`the data schema ${path} cannot be read`, 'Make it a readable file.'];
    throw new UserError('CONFIG_NOT_FOUND', message, { fix, cause, place: { file: path } });
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) {
      throw new UserError('CONFIG_NOT_FOUND', `the data schema ${path} is not a file`, { fix: WRITE_ONE });
    }
    if (found.size > MAX_DATA_SCHEMA_BYTES) {
      const message = `${path} has ${found.size} bytes, more than ${MAX_DATA_SCHEMA_BYTES}`;
      throw new UserError('CONFIG_INVALID', message, {
        fix: 'Keep only the columns that matter.',
        place: { file: path },
      });
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

const WRITE_ONE =
  'Write one with tidegate check-data --infer, review it and commit it; or correct data.schema in tidegate.yaml.';

/**
 * Holds that the schema is the one of the commit: a step before this one, such as a training, may have written the file.
 *
 * @throws {UserError} CONFIG_MODIFIED where the commit has another one, or none.
 */
export async function expectCommittedSchema(
  commit: GitCommit | undefined,
  { path, text }: Pick<ReadDataSchema, 'path' | 'text'>,
): Promise<void> {
  if (commit === undefined || (await commit.text(posix.normalize(path))) === text) return;
  throw new UserError('CONFIG_MODIFIED', `${path} is not the one of commit ${commit.sha.slice(0, 12)}`, {
    fix: `Commit ${path}, and do not change it in a step before the model is judged.`,
    place: { file: path },
  });
}
