import { describe, expect, it } from 'vitest';
import { FolderTree } from '../../../core/adapters/files/folder-tree.ts';
import { GitCommit } from '../../../core/adapters/git/git-commit.ts';
import type { TreeFiles } from '../../../core/ports/train/tree-files.ts';
import { InMemoryTree } from '../../../testkit/fakes/in-memory-tree.ts';
import { runGit } from '../../../testkit/git-client.ts';
import { hostEnvironment } from '../../../testkit/host-environment.ts';
import { useFolders } from './folder-under-test.ts';

const FILES = { 'a.txt': 'a\n', 'sub/é.txt': 'é\n', 'sub/deep/c.txt': '' };

/** What every `TreeFiles` keeps. `create` gives one with FILES. */
function contract(name: string, create: () => Promise<TreeFiles>): void {
  describe(name, () => {
    const byName = (one: { readonly name: string }, other: { readonly name: string }) =>
      one.name < other.name ? -1 : 1;

    it('lists what is in a folder, and nothing of one that is not there', async () => {
      const tree = await create();
      expect((await tree.list('')).toSorted(byName)).toEqual([
        { name: 'a.txt', isFolder: false },
        { name: 'sub', isFolder: true },
      ]);
      expect((await tree.list('sub')).toSorted(byName)).toEqual([
        { name: 'deep', isFolder: true },
        { name: 'é.txt', isFolder: false },
      ]);
      expect(await tree.list('absent')).toEqual([]);
    });

    it('reads the text of a file, and nothing of one that is not there', async () => {
      const tree = await create();
      expect(await tree.text('sub/é.txt')).toBe('é\n');
      expect(await tree.text('sub/deep/c.txt')).toBe('');
      expect(await tree.text('absent.txt')).toBeUndefined();
    });
  });
}

const folderOf = useFolders();

contract('FolderTree', async () => new FolderTree(await folderOf(FILES)));

contract('GitCommit', async () => {
  const directory = await folderOf(FILES);
  await runGit(directory, ['init', '--quiet', '--initial-branch=main', '.']);
  await runGit(directory, ['add', '--all']);
  await runGit(directory, ['commit', '--quiet', '-m', 'start']);
  const commit = await GitCommit.open({ directory, env: hostEnvironment(), expected: [] });
  if (commit === undefined) throw new Error('there is no commit');
  return commit;
});

contract('InMemoryTree', async () => new InMemoryTree(FILES));
