import { readFile } from 'node:fs/promises';
import { unlessAbsent } from '../core/adapters/files/absent.ts';
import { UserError } from '../core/errors.ts';
import type { Environment } from './action-context.ts';

/**
 * The webhook event that started the run, as the runner keeps it.
 *
 * @returns undefined where the job has none (`GITHUB_EVENT_PATH` unset, or no such file).
 * @throws {UserError} INPUT_INVALID when it is not JSON.
 */
export async function readEvent(env: Environment): Promise<unknown> {
  const file = env.GITHUB_EVENT_PATH;
  const text = file ? await readFile(file, 'utf8').catch(unlessAbsent) : undefined;
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError('INPUT_INVALID', `the event of this run is not JSON (${file})`, {
      fix: 'Do not write to the file that GITHUB_EVENT_PATH names, or unset GITHUB_EVENT_PATH outside GitHub Actions.',
      cause,
    });
  }
}
