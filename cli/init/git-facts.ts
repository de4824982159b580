import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseRemoteAddress } from '../remote-address.ts';

const run = promisify(execFile);

/** Facts that Git has. */
export interface GitFacts {
  /** Tracked files and those that Git would track, relative. */
  readonly files: readonly string[];
  readonly defaultBranch: string;
  /** Name of the repository in the address of the remote origin. */
  readonly remoteName: string | undefined;
  /** `owner/name` of the remote origin where it is on github.com. */
  readonly github: { readonly owner: string; readonly name: string } | undefined;
  /** Models that GTO tags name, such as `churn` of `churn@v1.2.0`; the one with most versions first. */
  readonly taggedModels: readonly string[];
}

/** Reads a repository's files, branch, remote and tags. */
export async function readGitFacts(repository: string): Promise<GitFacts> {
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['-C', repository, ...args], { maxBuffer: 256 * 1024 * 1024 })).stdout;
  const quietly = (...args: string[]) => git(...args).catch(() => '');
  const files = await git('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const head = (await quietly('symbolic-ref', '--short', 'refs/remotes/origin/HEAD')).trim();
  const current = (await quietly('symbolic-ref', '--short', 'HEAD')).trim();
  const origin = (await quietly('remote', 'get-url', 'origin')).trim();
  return {
    files: files.split('\0').filter((file) => file !== ''),
    defaultBranch: head.replace(/^origin\//, '') || current || 'main',
    remoteName: /([\w.-]+?)(?:\.git)?\/?$/.exec(origin)?.[1],
    github: githubOf(origin),
    taggedModels: taggedModels((await quietly('tag', '--list')).split('\n')),
  };
}

function githubOf(origin: string): GitFacts['github'] {
  const { protocol, host, port, owner, name } = parseRemoteAddress(origin) ?? {};
  if (host !== 'github.com' || protocol === 'http' || port !== undefined) return undefined;
  return owner === undefined || name === undefined ? undefined : { owner, name };
}

function taggedModels(tags: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const tag of tags) {
    const name = /^(.+)@v\d+\.\d+\.\d+/.exec(tag)?.[1];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
}
