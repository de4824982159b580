import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAbsent } from '../core/adapters/files/absent.ts';
import { UserError } from '../core/errors.ts';
import type { Environment } from './action-context.ts';

/**
 * Docker's config.json, where logins are kept; else the text of the variable DOCKER_AUTH_CONFIG, which GitLab knows too.
 *
 * @returns undefined where there is none.
 * @throws {UserError} INPUT_INVALID when it is not JSON.
 */
export async function readDockerConfig(env: Environment): Promise<unknown> {
  const file = join(env.DOCKER_CONFIG ?? join(env.HOME ?? '/', '.docker'), 'config.json');
  const text = await readFile(file, 'utf8').catch(unlessAbsent);
  if (text !== undefined) return parse(text, file);
  const given = env.DOCKER_AUTH_CONFIG;
  return given ? parse(given, 'the variable DOCKER_AUTH_CONFIG') : undefined;
}

function parse(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What was thrown quotes the text, which holds passwords: it is not a cause to keep.
    throw new UserError('INPUT_INVALID', `${from} is not JSON`, { fix: 'Log in again, or remove it.' });
  }
}
