import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';
import type { Environment } from '../../actions/action-context.ts';
import { runCommand } from '../../scripts/run-command.ts';
import { parseRemoteAddress } from '../remote-address.ts';
import { ciEnvironment } from './ci-environment.ts';

/** The API of github.com. */
export const GITHUB_API = 'https://api.github.com';

/**
 * The variables that a workflow would have, for a repository on this machine: its name and address on GitHub from the
 * remote `origin`, the commit, a token that `gh` knows, and a folder in which commands leave reports for each other.
 * What is set already stays.
 */
export async function repositoryEnvironment(env: Environment, directory: string): Promise<Environment> {
  const git = async (...args: string[]) => {
    const asked = await runCommand('git', args, { cwd: directory }).catch(() => undefined);
    return asked?.exitCode === 0 ? asked.output.trim() : undefined;
  };
  const [folder, top, remote, commit] = [
    await git('rev-parse', '--absolute-git-dir'),
    await git('rev-parse', '--show-cdup'),
    await git('remote', 'get-url', 'origin'),
    await git('rev-parse', 'HEAD'),
  ];
  const found = {
    ...gitHubOf(remote),
    ...(commit === undefined ? {} : { GITHUB_SHA: commit }),
    // Not the path that Git knows, which may be another one of the same folder.
    ...(top === undefined ? {} : { GITHUB_WORKSPACE: resolve(directory, top) }),
    RUNNER_TEMP: folder === undefined ? temporaryFolder(directory) : join(folder, 'tidegate'),
    RUNNER_TOOL_CACHE: toolCache(env),
  };
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const ci = ciEnvironment(env);
  // Jobs of a pipeline hand over what is in the work tree.
  const handedOver = isEmpty(ci) || top === undefined ? {} : { RUNNER_TEMP: ownFolder(resolve(directory, top)) };
  const all = { ...found, ...ci, ...handedOver, ...given };
  if (all.RUNNER_TEMP !== undefined) mkdirSync(all.RUNNER_TEMP, { recursive: true });
  return all;
}

/** Folder of native modules: that of a runner, else in the cache of the user. */
export function toolCache(env: Environment): string {
  return env.RUNNER_TOOL_CACHE || join(env.XDG_CACHE_HOME || join(os.homedir(), '.cache'), 'tidegate', 'tools');
}

function isEmpty(env: Environment): boolean {
  return Object.keys(env).length === 0;
}

/** A folder of the work tree that Git does not see. */
function ownFolder(top: string): string {
  const folder = join(top, '.tidegate');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.gitignore'), '*\n');
  return folder;
}

/** Of a folder without Git: one of its own, so that no other folder's reports are taken for its own. */
function temporaryFolder(directory: string): string {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  return join(os.tmpdir(), `tidegate-${os.userInfo().uid}-${name}`);
}

/**
 * The repository of a remote, and the API of its host.
 *
 * @example gitHubOf('git@github.com:acme/flights.git') // => { GITHUB_REPOSITORY: 'acme/flights', GITHUB_API_URL: 'https://api.github.com' }
 */
export function gitHubOf(remote: string | undefined): Environment {
  const address = parseRemoteAddress(remote ?? '');
  if (address === undefined) return {};
  const { host, owner, name } = address;
  const api = host === 'github.com' ? GITHUB_API : `https://${host}/api/v3`;
  return { GITHUB_REPOSITORY: `${owner}/${name}`, GITHUB_API_URL: api };
}

/**
 * A token for GitHub: of the environment, else the one that `gh` has for the host; undefined where there is none. A token
 * of the environment is for github.com, or for the host that GITHUB_API_URL of the same environment names: the remote of a
 * clone may name any.
 *
 * @param given The environment of the process.
 * @param env The same with what the repository says.
 */
export async function findToken(given: Environment, env: Environment): Promise<string | undefined> {
  const token = given.GITHUB_TOKEN || given.GH_TOKEN;
  const isMeant = given.GITHUB_API_URL || env.GITHUB_API_URL === GITHUB_API;
  if (token && isMeant) return token;
  const host = new URL(env.GITHUB_API_URL ?? GITHUB_API).hostname.replace(/^api\./, '');
  const asked = await runCommand('gh', ['auth', 'token', '--hostname', host]).catch(() => undefined);
  return asked?.exitCode === 0 && asked.output.trim() !== '' ? asked.output.trim() : undefined;
}
