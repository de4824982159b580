import { UserError } from '../../errors.ts';
import { errorCode } from './error-code.ts';

/** File system errors that a person can fix. */
const REFUSALS = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the quota is used up'],
  ['EROFS', 'the file system is read-only'],
  ['EACCES', 'it may not be written'],
  ['EPERM', 'it may not be written'],
  ['ENAMETOOLONG', 'the name is too long for this file system'],
  ['EILSEQ', 'this file system does not accept the name'],
]);

/**
 * Does something with a file of this machine; refusals of the file system become errors that name it.
 *
 * @throws {UserError} DISK_REFUSED; any other error as it is.
 */
export function onDisk<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asDiskError(file, error);
  }
}

/** The error of Tidegate for a refusal of the file system; any other error as it is. */
export function asDiskError(file: string, error: unknown): unknown {
  const why = REFUSALS.get(errorCode(error) ?? '');
  if (why === undefined) return error;
  return new UserError('DISK_REFUSED', `cannot write ${file}: ${why}`, {
    fix: 'Free some space, correct the permissions, or set cache.dir in .dvc/config.local to another disk. Then run the job again.',
    cause: error,
  });
}
