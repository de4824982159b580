import { chmod, mkdir, mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitSourceTree } from '../../../../core/adapters/git/git-source-tree.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import { gitEnvironment } from '../../../../testkit/host-environment.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-sources-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function repository(): Promise<string> {
  await runGit(root, ['init', '--quiet', '.']);
  await mkdir(path.join(root, 'sub'));
  for (const file of ['a', 'sub/b', 'gone']) await writeFile(path.join(root, file), file);
  await symlink('a', path.join(root, 'link'));
  await runGit(root, ['add', '--all']);
  await unlink(path.join(root, 'gone'));
  await writeFile(path.join(root, 'untracked'), '');
  return root;
}

describe('GitSourceTree', () => {
  it('lists what Git tracks, and of it what are files here', async () => {
    const sources = new GitSourceTree(await repository(), gitEnvironment());
    expect(await sources.tracked()).toEqual(['a', 'gone', 'link', 'sub/b']);
    expect(await sources.files()).toEqual(['a', 'sub/b']);
    expect(await new GitSourceTree(path.join(root, 'sub'), gitEnvironment()).files()).toEqual(['b']);
  });

  it('knows of no files where there is no repository', async () => {
    const sources = new GitSourceTree(root, gitEnvironment());
    expect(await sources.files()).toBeUndefined();
    expect(await sources.tracked()).toBeUndefined();
  });

  it('does not take a repository that it cannot list for none', async () => {
    await repository();
    await writeFile(path.join(root, '.git', 'index'), 'broken');
    await expect(new GitSourceTree(root, gitEnvironment()).tracked()).rejects.toMatchObject({ code: 'GIT_FAILED' });
    const withoutGit = new GitSourceTree(path.join(root, 'sub'), { PATH: path.join(root, 'sub') });
    await expect(withoutGit.files()).rejects.toMatchObject({ code: 'GIT_FAILED' });
  });

  it('runs no program that the repository names, and hands it no token', async () => {
    await repository();
    const program = path.join(root, 'monitor');
    await writeFile(program, `#!/bin/sh\nenv > ${root}/RAN\n`);
    await chmod(program, 0o755);
    await runGit(root, ['config', 'core.fsmonitor', program]);
    const env = { ...gitEnvironment(), GITHUB_TOKEN: 'secret' };
    expect(await new GitSourceTree(root, env).tracked()).toContain('a');
    expect(await new GitSourceTree(root, env).files()).not.toContain('RAN');
    await expect(writeFile(path.join(root, 'RAN'), '', { flag: 'wx' })).resolves.toBeUndefined();
  });
});
