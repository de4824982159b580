import { rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors.ts';
import { askGit, type GitPlace } from './ask-git.ts';

/** The files of a commit in a folder of their own. */
export interface CommitFolder {
  /** Absolute: the top of the repository. */
  readonly top: string;
  /** Of the place that it was opened from, relative to the top; `''` is the top. */
  readonly folder: string;
  /** Removes the folder. */
  close(): Promise<void>;
}

/** No program of the repository runs while files are put there. */
const QUIET = ['-c', 'core.hooksPath=/dev/null'];

/**
 * Puts the files of a commit into a folder, next to the check-out and without changing it. A commit that the check-out does
 * not have is fetched.
 *
 * @param sha 40 hex digits.
 * @param into Absolute path; what is there is removed.
 * @throws {UserError} COMMIT_UNREADABLE where the commit cannot be had.
 */
export async function openCommitFolder(place: GitPlace, sha: string, into: string): Promise<CommitFolder> {
  const has = async () => (await askGit(place, ['cat-file', '-e', `${sha}^{commit}`], [1, 128]))?.code === 0;
  if (!(await has())) await askGit(place, ['fetch', '--quiet', '--depth=1', 'origin', sha], [1, 128]).catch(() => {});
  if (!(await has())) {
    throw new UserError('COMMIT_UNREADABLE', `the commit ${sha.slice(0, 12)} is not in this check-out`, {
      fix: 'Set fetch-depth: 0 at actions/checkout in this job.',
    });
  }
  const close = async () => {
    await rm(into, { recursive: true, force: true });
    await askGit(place, ['worktree', 'prune']);
  };
  await close();
  const prefix = await askGit(place, ['rev-parse', '--show-prefix']);
  await askGit(place, [...QUIET, 'worktree', 'add', '--quiet', '--detach', '--force', into, sha]);
  return { top: into, folder: path.posix.normalize(prefix?.stdout.trim() || '.').replace(/^\.?\/?$|\/$/, ''), close };
}
