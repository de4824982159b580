import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors.ts';
import { withoutTokens } from '../commands/team-environment.ts';
import { unlessAbsent } from '../files/absent.ts';

/** A folder of a repository, and the environment of the step. */
export interface GitPlace {
  /** Absolute; may be below the top of the repository. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Exit code and output of `git`. */
export interface GitEnd {
  readonly code: number;
  readonly stdout: string;
}

/** Of another user in a job's container, Git would list nothing; and no program is needed to list. */
const OPTIONS = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false'];
const MAX_OUTPUT = 1 << 28;

/**
 * Runs `git` in a folder.
 *
 * @param codes Exit codes that are an answer; 0 is always one.
 * @returns Undefined where no folder from here upwards holds `.git`.
 * @throws {UserError} GIT_FAILED where one does, and `git` is not there, refuses or ends with any other code.
 */
export async function askGit(
  { directory, env }: GitPlace,
  args: readonly string[],
  codes: readonly number[] = [],
): Promise<GitEnd | undefined> {
  if (!(await isInRepository(directory))) return undefined;
  const options = { cwd: directory, env: gitEnvironment(env), maxBuffer: MAX_OUTPUT };
  return new Promise((resolve, reject) => {
    execFile('git', [...OPTIONS, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number' && (code === 0 || codes.includes(code))) resolve({ code, stdout });
      else reject(refusal(directory, args[0] ?? '', stderr.trim() || (error?.message ?? '')));
    });
  });
}

function refusal(directory: string, command: string, why: string): UserError {
  const said = why.split('\n')[0] ?? '';
  return new UserError('GIT_FAILED', `'git ${command}' failed in ${directory}: ${said}`, {
    fix: `Make git available to this job, and make sure that 'git ${command}' works there (for a folder of another user: 'git config --global --add safe.directory ${directory}').`,
  });
}

/** None of the variables that lead `git` to another repository: an earlier step may have set them. */
function gitEnvironment(env: GitPlace['env']): Record<string, string> {
  const leading = /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|NAMESPACE|OBJECT_DIRECTORY|CEILING_DIRECTORIES)$/;
  const kept = Object.entries(withoutTokens(env)).filter(([name]) => !leading.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

/** True if this folder or one above holds `.git`. */
export async function isInRepository(directory: string): Promise<boolean> {
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    // Not followed: a link that leads nowhere is a broken repository, for Git to say so.
    if ((await lstat(path.join(folder, '.git')).catch(unlessAbsent)) !== undefined) return true;
    if (folder === path.dirname(folder)) return false;
  }
}
