import { askGit, type GitPlace } from './ask-git.ts';

/**
 * Paths that Git ignores in a folder, found by one call. Files that Git has although it ignores their names count, as
 * they do for DVC.
 *
 * @returns For paths relative to the folder. Outside of a repository nothing is ignored.
 * @throws {UserError} GIT_FAILED where Git refuses.
 */
export async function readIgnoredPaths(place: GitPlace): Promise<(path: string, kind: 'file' | 'folder') => boolean> {
  // One by one: Git gives no files that it has where it is asked for both.
  const [others, own] = await Promise.all([
    askGit(place, ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory']),
    askGit(place, ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard']),
  ]);
  const names = new Set([others, own].flatMap((listed) => listed?.stdout.split('\0') ?? []));
  return (path, kind) => names.has(kind === 'folder' ? `${path}/` : path);
}
