import { dvcError } from './dvc-problem.ts';

/** Folders that decide what Git, GitHub and DVC do. */
const CLOSED = ['git', 'github', 'dvc'] as const;
/** Code points that file systems of macOS leave out of names: Git's `is_hfs_dotgit`. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * True if a part of a path is a closed folder (`.git`, `.github`, `.dvc`) on one of the file systems that repositories are
 * checked out on: in any case; with code points that HFS+ ignores; and as NTFS has it (`git~1`, dots and spaces at the end,
 * streams behind a colon), as Git itself refuses names for `.git`.
 */
export function isClosedFolder(part: string, closed: readonly string[] = CLOSED): boolean {
  const name = withoutEnd(part.replaceAll(IGNORED, '').toLowerCase().replace(/:.*$/s, ''));
  return closed.some((one) => name === `.${one}` || name.replace(/~\d+$/, '~') === `${one}~`);
}

/** Without the spaces and dots at its end, which Windows leaves out. */
function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && ' .'.includes(name.charAt(end - 1))) end -= 1;
  return name.slice(0, end);
}

/**
 * Joins a path of a DVC file to the folder it is relative to.
 *
 * @param folder Of the repository, `/`-separated; `''` is its root.
 * @param path As the file has it.
 * @returns Relative to the root, `/`-separated, without `.` and `..`; `''` for the root itself.
 * @throws {UserError} PATH_UNSAFE when it is absolute, leaves the repository or is in a folder named `.git`, `.github` or
 *   `.dvc`, at any depth and in any spelling that a file system takes for these.
 * @example joinRepositoryPath('sub', '../data/./a.csv', 'sub/dvc.yaml') // => 'data/a.csv'
 */
export function joinRepositoryPath(folder: string, path: string, file: string): string {
  const joined = pathWithin(folder, path);
  // A backslash is a part of a name here, and a separator for others who check the repository out.
  if (joined === undefined || joined.split(/[/\\]/).some((part) => part === '..' || isClosedFolder(part))) {
    throw dvcError('PATH_UNSAFE', file, {
      message: `path ${JSON.stringify(path)} is not a place for data in this repository`,
      fix: 'Use a relative path inside the repository, outside .git, .github and .dvc.',
    });
  }
  return joined;
}

/**
 * Joins a path to a folder of the repository, without `.` and `..`.
 *
 * @returns Undefined for an absolute path, and for one that leaves the repository.
 * @example pathWithin('models/eta', '../shared.csv') // => 'models/shared.csv'
 */
export function pathWithin(folder: string, path: string): string | undefined {
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.includes('\0')) return undefined;
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** A path below a folder; both are relative to the same root, and `''` is that root. */
export function inFolder(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}

/**
 * A path of the repository as a command that runs in a folder of it names it.
 *
 * @example pathFrom('models/eta', 'models/shared.csv') // => '../shared.csv'
 */
export function pathFrom(folder: string, path: string): string {
  const from = folder === '' ? [] : folder.split('/');
  const to = path === '' ? [] : path.split('/');
  let same = 0;
  while (same < from.length && from[same] === to[same]) same += 1;
  const steps = [...from.slice(same).map(() => '..'), ...to.slice(same)];
  return steps.length === 0 ? '.' : steps.join('/');
}

/** True if `path` is `folder` or is under it. `''` holds everything. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** The folder of a path: `''` for one at the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
