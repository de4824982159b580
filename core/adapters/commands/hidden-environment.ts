import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors.ts';
import { withoutTokens } from './team-environment.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Names the file through which the variables reach the restarted process. */
const CARRIER = 'TIDEGATE_HIDDEN_ENVIRONMENT';

/** True if this process is the restarted one. */
export function isRestarted(env: Env): boolean {
  return env[CARRIER] !== undefined;
}

/**
 * Takes our inputs and tokens out of what other processes can read of this one. `/proc/<pid>/environ` shows the
 * environment that a program was started with, whatever it deletes later. So the process replaces itself (`execve`: same
 * process id, same streams) by one that is started without them; they come through a file that only this user can read
 * and that is gone before any other code runs.
 *
 * @param env The environment of the process.
 * @returns The variables to put back, which are then in the memory of this process alone; empty where there are none.
 *   Does not return in the process that is replaced.
 * @throws {UserError} PLATFORM_UNSUPPORTED on Windows, where a process cannot be replaced.
 */
export function hideTokens(env: Env): Readonly<Record<string, string>> {
  const carried = takeCarried(env);
  const { [CARRIER]: _, ...own } = env;
  const open = withoutTokens(own);
  const hidden = Object.entries(own).flatMap(([name, value]) =>
    value === undefined || name in open ? [] : [[name, value] as const],
  );
  if (hidden.length === 0) return carried;
  return restart(open, { ...carried, ...Object.fromEntries(hidden) });
}

function takeCarried(env: Env): Readonly<Record<string, string>> {
  const file = env[CARRIER];
  if (file === undefined) return {};
  // Written by the process that this one replaced.
  const carried = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  rmSync(dirname(file), { recursive: true });
  return carried;
}

function restart(open: Record<string, string>, hidden: Readonly<Record<string, string>>): never {
  const { execve } = process;
  if (execve === undefined) {
    throw new UserError('PLATFORM_UNSUPPORTED', 'this action cannot hide its tokens from the commands that it runs', {
      fix: 'Run this job on a runner with Linux or macOS.',
    });
  }
  // 0700 by mkdtemp.
  const file = join(mkdtempSync(join(open.RUNNER_TEMP || tmpdir(), 'tidegate-')), 'environment.json');
  writeFileSync(file, JSON.stringify(hidden), { mode: 0o600 });
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  return execve.call(process, process.execPath, args, { ...open, [CARRIER]: file });
}
