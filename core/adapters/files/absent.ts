import { statSync } from 'node:fs';
import { UserError } from '../../errors.ts';
import { errorCode } from './error-code.ts';

/** Why a file system does not say whether something has a path, where a person can fix it. */
const REFUSALS = new Map([
  ['EACCES', 'this job may not read it'],
  ['EPERM', 'this job may not read it'],
  ['ELOOP', 'its links form a loop'],
  ['ENAMETOOLONG', 'the name is too long for this file system'],
]);

/** True if an error of the file system says that nothing has that path: no such entry, or a file where a folder would be. */
export function isAbsence(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * For `.catch` of a promise that looks at a path.
 *
 * @returns undefined where nothing has that path.
 * @throws Every other error, for a path that could not be looked at is not an absent one: a {UserError} DISK_REFUSED
 *   where a person can fix it.
 */
export function unlessAbsent(error: unknown): undefined {
  if (isAbsence(error)) return undefined;
  const why = REFUSALS.get(errorCode(error) ?? '');
  if (why === undefined) throw error;
  const path = error instanceof Error && 'path' in error ? String(error.path) : 'a file';
  throw new UserError('DISK_REFUSED', `cannot read ${path}: ${why}`, {
    fix: 'Make the path readable for the user of this job, or correct it.',
    cause: error,
  });
}

/**
 * True if something has that path, links followed.
 *
 * @throws As `unlessAbsent`: `existsSync` would say "no" to a path that cannot be looked at.
 */
export function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    unlessAbsent(error);
    return false;
  }
}
