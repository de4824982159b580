import { dvcError } from './dvc-problem.ts';

/**
 * Joins a path of a DVC file to the folder it is relative to.
 *
 * @param folder Of the repository, `/`-separated; `''` is its root.
 * @param path As the file has it.
 * @returns Relative to the root, `/`-separated, without `.` and `..`; `''` for the root itself.
 * @throws {UserError} PATH_UNSAFE when it is absolute, leaves the repository or lies in `.git` or `.dvc`.
 * @example joinRepositoryPath('sub', '../data/./a.csv', 'sub/dvc.yaml') // => 'data/a.csv'
 */
export function joinRepositoryPath(folder: string, path: string, file: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  const isAbsolute = path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.includes('\\') || path.includes('\0');
  let escapes = isAbsolute;
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) escapes = true;
  }
  if (escapes || /^\.(git|dvc)$/i.test(parts[0] ?? '')) {
    throw dvcError('PATH_UNSAFE', file, {
      message: `path ${JSON.stringify(path)} is not a place for data in this repository`,
      fix: 'Use a relative path inside the repository, outside .git and .dvc.',
    });
  }
  return parts.join('/');
}

/** Whether `path` is `folder` or lies under it. `''` holds everything. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** The folder of a path: `''` for one at the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
