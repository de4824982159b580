import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GitRemote } from '../../../../core/adapters/git/git-remote.ts';
import { GitVersionTags } from '../../../../core/adapters/git/git-version-tags.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import { startGitServer } from '../../../../testkit/git-server.ts';
import { gitEnvironment } from '../../../../testkit/host-environment.ts';
import { useRemote } from '../../../contracts/ports/git-under-test.ts';

const create = useRemote();
const sleep = async () => {};

/** A commit on the current branch of a clone. */
async function commitFile(clone: string, name: string, text: string): Promise<string> {
  await writeFile(path.join(clone, name), text);
  await runGit(clone, ['add', '.']);
  await runGit(clone, ['commit', '--quiet', '-m', name]);
  return runGit(clone, ['rev-parse', 'HEAD']);
}

describe('GitRemote', () => {
  it('knows the default branch of the remote, whatever is checked out', async () => {
    const { clone, commit } = await create();
    await runGit(clone, ['switch', '--quiet', '--create', 'other']);
    await commitFile(clone, 'other.txt', 'x');
    const remote = await GitRemote.open({ directory: clone, env: gitEnvironment(), sleep });
    expect(await remote.default()).toEqual({ name: 'main', sha: commit });
    expect(await remote.read('other.txt')).toBeUndefined();
  });

  it('tells ancestors in a shallow clone too, for which it gets the history', async () => {
    const { clone, origin, commit } = await create();
    const second = await commitFile(clone, 'file.txt', 'two\n');
    await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:refs/heads/main']);
    const aside = await runGit(clone, ['commit-tree', `${commit}^{tree}`, '-m', 'aside']);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-shallow-'));
    await runGit(folder, ['clone', '--quiet', '--depth=1', `file://${origin}`, 'shallow']);
    const directory = path.join(folder, 'shallow');
    const remote = await GitRemote.open({ directory, env: gitEnvironment(), sleep });
    expect(await remote.isAncestorOrSame(commit, second)).toBe(true);
    expect(await remote.isAncestorOrSame(second, commit)).toBe(false);
    expect(await remote.isAncestorOrSame(aside, second)).toBe(false);
    await rm(folder, { recursive: true });
  });

  it('reads files of branches and commits, and no links', async () => {
    const { clone, commit } = await create();
    await runGit(clone, ['switch', '--quiet', '--create', 'next']);
    await symlink('/etc/passwd', path.join(clone, 'link'));
    const second = await commitFile(clone, 'file.txt', 'two\n');
    await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:refs/heads/next']);
    const remote = await GitRemote.open({ directory: clone, env: gitEnvironment(), sleep });
    expect(await remote.read('file.txt')).toBe('one\n');
    expect(await remote.read('file.txt', 'next')).toBe('two\n');
    expect(await remote.read('file.txt', commit)).toBe('one\n');
    expect(await remote.read('file.txt', 'gone')).toBeUndefined();
    expect(await remote.read('file.txt', 'f'.repeat(40))).toBeUndefined();
    await expect(remote.read('link', 'next')).rejects.toMatchObject({ code: 'DATA_UNSUPPORTED' });
    const [one, two, none] = await remote.objectIds('file.txt', [commit, second, 'f'.repeat(40)]);
    expect([one === two, none]).toEqual([false, undefined]);
  });

  it('never takes a remote that does not answer for one without tags', async () => {
    const { clone, origin } = await create();
    await rm(origin, { recursive: true });
    const opening = GitRemote.open({ directory: clone, env: gitEnvironment(), sleep });
    await expect(opening).rejects.toMatchObject({ code: 'GIT_REMOTE_FAILED', retryable: true });
  });

  it('runs no hook of the check-out', async () => {
    const { clone, remote, commit } = await create();
    const hook = path.join(clone, '.git', 'hooks', 'pre-push');
    await writeFile(hook, '#!/bin/sh\ntouch ran\nexit 1\n', { mode: 0o755 });
    const tags = new GitVersionTags(remote);
    expect(await tags.create({ name: 'm@v1.0.0', message: 'm', commit })).toBe('created');
    expect(execFileSync('ls', [clone], { encoding: 'utf8' })).not.toContain('ran');
  });
});

describe('GitVersionTags', () => {
  it('pushes with its token, and says what to do where that may not push', async () => {
    const root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-push-'));
    const bare = path.join(root, 'acme', 'team.git');
    await runGit(root, ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
    await runGit(bare, ['config', 'http.receivepack', 'true']);
    const server = await startGitServer(root, {
      authorize: ({ service, token }) =>
        service === 'fetch' || token === 'good' ? 'allowed' : token === undefined ? 'anonymous' : 'forbidden',
      onPush: async () => {},
    });
    const clone = path.join(root, 'clone');
    const url = `${server.url}/acme/team.git`;
    await runGit(root, ['clone', '--quiet', url, clone]);
    const commit = await commitFile(clone, 'file.txt', 'one\n');
    await runGit(clone, ['push', '--quiet', bare, 'HEAD:refs/heads/main']);
    const tagsOf = async (token: string | undefined) => {
      const push = token === undefined ? undefined : { url, token };
      return new GitVersionTags(await GitRemote.open({ directory: clone, env: gitEnvironment(), sleep, push }));
    };
    const tag = { name: 'm@v1.0.0', message: 'first', commit };
    for (const token of [undefined, 'bad']) {
      const refused = await (await tagsOf(token)).create(tag).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'GIT_REMOTE_FAILED', fix: expect.stringContaining('GITLAB_PUSH_TOKEN') });
    }
    const tags = await tagsOf('good');
    expect(await tags.create(tag)).toBe('created');
    expect(await tags.create({ ...tag, message: 'second' })).toBe('taken');
    await runGit(clone, ['tag', 'm@v2.0.0']);
    await runGit(clone, ['push', '--quiet', bare, 'm@v2.0.0']);
    expect((await tags.list('m')).map(({ name, annotated }) => [name, annotated])).toEqual([
      ['m@v1.0.0', true],
      ['m@v2.0.0', false],
    ]);
    await server.close();
    await rm(root, { recursive: true });
  });
});
