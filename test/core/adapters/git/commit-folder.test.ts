import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCommitFolder } from '../../../../core/adapters/git/commit-folder.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';

let root: string;
let origin: string;
let first: string;
const env = hostEnvironment();

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-commit-'));
  origin = path.join(root, 'origin');
  await runGit(root, ['init', '--quiet', '--initial-branch=main', origin]);
  await runGit(origin, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  const commit = async (text: string) => {
    await writeFile(path.join(origin, 'code.py'), text);
    await runGit(origin, ['add', '.']);
    await runGit(origin, ['commit', '--quiet', '-m', text]);
    return runGit(origin, ['rev-parse', 'HEAD']);
  };
  first = await commit('first');
  await commit('second');
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function clone(name: string, ...options: readonly string[]): Promise<string> {
  const folder = path.join(root, name);
  await runGit(root, ['clone', '--quiet', ...options, `file://${origin}`, folder]);
  return folder;
}

describe('openCommitFolder', () => {
  it('has the files of the commit, and leaves the check-out as it was', async () => {
    const directory = await clone('whole');
    await writeFile(path.join(directory, 'code.py'), 'changed here');
    const into = path.join(root, 'of-first');
    const { top, folder, close } = await openCommitFolder({ directory, env }, first, into);
    expect([top, folder]).toEqual([into, '']);
    expect(await readFile(path.join(into, 'code.py'), 'utf8')).toBe('first');
    expect(await readFile(path.join(directory, 'code.py'), 'utf8')).toBe('changed here');
    await close();
    await expect(access(into)).rejects.toThrow();
    expect(await runGit(directory, ['worktree', 'list', '--porcelain'])).not.toContain('of-first');
  });

  it('fetches a commit that a shallow check-out does not have, and opens it a second time', async () => {
    const directory = await clone('shallow', '--depth=1');
    for (let time = 0; time < 2; time++) {
      await openCommitFolder({ directory, env }, first, path.join(root, 'again'));
      expect(await readFile(path.join(root, 'again', 'code.py'), 'utf8')).toBe('first');
    }
  });

  it('names the folder that it was opened from', async () => {
    const directory = await clone('below');
    const below = path.join(directory, 'models', 'eta');
    await mkdir(below, { recursive: true });
    const { folder, close } = await openCommitFolder({ directory: below, env }, first, path.join(root, 'b'));
    expect(folder).toBe('models/eta');
    await close();
  });

  it('runs no hook of the repository', async () => {
    const directory = await clone('hooked');
    const hook = path.join(directory, '.git', 'hooks', 'post-checkout');
    await writeFile(hook, `#!/bin/sh\ntouch ${root}/hooked-ran\n`, { mode: 0o755 });
    const { close } = await openCommitFolder({ directory, env }, first, path.join(root, 'h'));
    await close();
    expect(await readdir(root)).not.toContain('hooked-ran');
  });

  it('refuses a commit that no one has, and says what to set', async () => {
    const directory = await clone('without');
    await expect(openCommitFolder({ directory, env }, 'f'.repeat(40), path.join(root, 'n'))).rejects.toMatchObject({
      code: 'COMMIT_UNREADABLE',
      fix: expect.stringContaining('fetch-depth: 0'),
    });
  });
});
