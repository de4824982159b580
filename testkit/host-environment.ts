import { join } from 'node:path';
import { PROJECT_ROOT } from '../scripts/project-root.ts';

/** Compiled code of what the tests start again and again: half of the time in which an action starts. */
const COMPILE_CACHE = join(PROJECT_ROOT, '.tools', 'compile-cache');

/**
 * Environment that child processes of the testkit inherit from this machine: where programs and temporary files are, nothing else.
 * Everything next to it is set by name, so that no credential of the machine reaches a child.
 */
export function hostEnvironment(): Readonly<{ PATH: string; NODE_COMPILE_CACHE: string; TMPDIR?: string }> {
  const { PATH, TMPDIR } = process.env;
  return {
    PATH: PATH ?? '/usr/local/bin:/usr/bin:/bin',
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
  };
}

/**
 * The environment of every `git` that the testkit starts: no configuration of the machine, no prompts.
 *
 * @param extra Further variables.
 */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...hostEnvironment(),
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C.UTF-8',
    ...extra,
  };
}
