import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { GitRemote, type GitRemoteOptions } from '../../../core/adapters/git/git-remote.ts';
import { runGit } from '../../../testkit/git-client.ts';
import { gitEnvironment } from '../../../testkit/host-environment.ts';

/** A clone of a repository with one commit, and its remote. */
export interface RemoteUnderTest {
  readonly remote: GitRemote;
  /** Folder of the clone. */
  readonly clone: string;
  /** Folder of the bare repository. */
  readonly origin: string;
  readonly commit: string;
}

/** Makes repositories of their own on this machine, and removes them after the tests. */
export function useRemote(): (options?: Partial<GitRemoteOptions>) => Promise<RemoteUnderTest> {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));
  return async (options = {}) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-remote-'));
    folders.push(folder);
    const [origin, clone] = [path.join(folder, 'origin.git'), path.join(folder, 'clone')];
    await runGit(folder, ['init', '--quiet', '--bare', '--initial-branch=main', origin]);
    await runGit(folder, ['clone', '--quiet', origin, clone]);
    await writeFile(path.join(clone, 'file.txt'), 'one\n');
    await runGit(clone, ['add', '.']);
    await runGit(clone, ['commit', '--quiet', '-m', 'one']);
    await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:refs/heads/main']);
    const commit = await runGit(clone, ['rev-parse', 'HEAD']);
    const remote = await GitRemote.open({ directory: clone, env: gitEnvironment(), sleep: async () => {}, ...options });
    return { remote, clone, origin, commit };
  };
}
