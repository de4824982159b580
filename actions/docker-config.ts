import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAbsent } from '../core/adapters/files/absent.ts';
import { UserError } from '../core/errors.ts';
import type { Environment } from './action-context.ts';

/**
 * Docker's config.json, where logins are kept.
 *
 * @returns undefined where there is none.
 * @throws {UserError} INPUT_INVALID when it is not JSON.
 */
export async function readDockerConfig(env: Environment): Promise<unknown> {
  const file = join(env.DOCKER_CONFIG ?? join(env.HOME ?? '/', '.docker'), 'config.json');
  const text = await readFile(file, 'utf8').catch(unlessAbsent);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // What was thrown quotes the file, which holds passwords: it is not a cause to keep.
    throw new UserError('INPUT_INVALID', `${file} is not JSON`, { fix: 'Log in again, or remove the file.' });
  }
}
