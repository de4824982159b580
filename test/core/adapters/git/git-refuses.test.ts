import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitChangedFiles } from '../../../../core/adapters/git/git-changed-files.ts';
import { GitIgnoreFiles } from '../../../../core/adapters/git/git-ignore-files.ts';
import { GitSourceTree } from '../../../../core/adapters/git/git-source-tree.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import { gitEnvironment } from '../../../../testkit/host-environment.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-refuses-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const questions = (env: Record<string, string>) => [
  () => new GitSourceTree(root, env).files(),
  () => new GitChangedFiles(root, env).list(['.dvc']),
  () => new GitIgnoreFiles(root, env).ignore('data.csv'),
];

describe('what is asked of git', () => {
  it('is an error where there is a repository and git cannot answer, for whatever reason', async () => {
    await runGit(root, ['init', '--quiet', '.']);
    for (const ask of questions({ PATH: path.join(root, 'no-git') })) {
      await expect(ask()).rejects.toMatchObject({ code: 'GIT_FAILED' });
    }
    await writeFile(path.join(root, '.git', 'HEAD'), 'broken');
    for (const ask of questions(gitEnvironment())) await expect(ask()).rejects.toMatchObject({ code: 'GIT_FAILED' });
  });

  it('is answered for a folder of another owner, and by the repository of the folder alone', async () => {
    await runGit(root, ['init', '--quiet', '.']);
    await writeFile(path.join(root, 'a.dvc'), '');
    await runGit(root, ['add', '--all']);
    const env = gitEnvironment({ GIT_TEST_ASSUME_DIFFERENT_OWNER: '1', GIT_DIR: path.join(root, 'nowhere') });
    expect(await new GitSourceTree(root, env).files()).toEqual(['a.dvc']);
    expect(await new GitChangedFiles(root, env).list(['.dvc'])).toEqual(['a.dvc']);
    await expect(new GitIgnoreFiles(root, env).ignore('data.csv')).resolves.toBeUndefined();
  });

  it('is nothing where there is no repository', async () => {
    expect(await new GitChangedFiles(root, gitEnvironment()).list(['.dvc'])).toBeUndefined();
    await expect(new GitIgnoreFiles(root, gitEnvironment()).ignore('data.csv')).resolves.toBeUndefined();
  });
});
