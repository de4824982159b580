import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GitCommit } from '../../../core/adapters/git/git-commit.ts';
import type { CommitFiles } from '../../../core/ports/train/commit-files.ts';
import { InMemoryCommitFiles } from '../../../testkit/fakes/in-memory-tree.ts';
import { runGit } from '../../../testkit/git-client.ts';
import { hostEnvironment } from '../../../testkit/host-environment.ts';
import { useFolders } from './folder-under-test.ts';

const FILES = { 'b.txt': 'b\n', 'a.txt': 'a\n', 'sub/c.txt': '' };
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** What every `CommitFiles` keeps beyond `TreeFiles`. `create` gives one of a commit with FILES. */
function contract(name: string, create: () => Promise<CommitFiles>): void {
  describe(name, () => {
    it('names its commit and all its files, sorted', async () => {
      const commit = await create();
      expect(commit.sha).toMatch(/^[0-9a-f]{40}$/);
      expect(commit.isOfRun).toBe(true);
      expect(await commit.files()).toEqual(['a.txt', 'b.txt', 'sub/c.txt']);
    });

    it('computes the digests of the files that it has', async () => {
      const commit = await create();
      const digests = await commit.digests(['b.txt', 'absent.txt', 'sub/c.txt']);
      expect(Object.fromEntries(digests)).toEqual({ 'b.txt': sha256('b\n'), 'sub/c.txt': sha256('') });
    });
  });
}

const folderOf = useFolders();

contract('GitCommit', async () => {
  const directory = await folderOf(FILES);
  await runGit(directory, ['init', '--quiet', '--initial-branch=main', '.']);
  await runGit(directory, ['add', '--all']);
  await runGit(directory, ['commit', '--quiet', '-m', 'start']);
  const expected = [await runGit(directory, ['rev-parse', 'HEAD'])];
  const commit = await GitCommit.open({ directory, env: hostEnvironment(), expected });
  if (commit === undefined) throw new Error('there is no commit');
  return commit;
});

contract('InMemoryCommitFiles', async () => new InMemoryCommitFiles(FILES));
