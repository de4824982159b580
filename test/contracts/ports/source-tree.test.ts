import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GitSourceTree } from '../../../core/adapters/git/git-source-tree.ts';
import type { SourceTree } from '../../../core/ports/data/source-tree.ts';
import { InMemorySourceTree } from '../../../testkit/fakes/in-memory-tree.ts';
import { runGit } from '../../../testkit/git-client.ts';
import { gitEnvironment } from '../../../testkit/host-environment.ts';
import { useFolders } from './folder-under-test.ts';

interface Trees {
  /** One of `a`, `gone` and `sub/b`, of which `gone` was removed from the workspace. */
  readonly repository: () => Promise<SourceTree>;
  readonly noRepository: () => Promise<SourceTree>;
}

/** What every `SourceTree` keeps. */
function contract(name: string, { repository, noRepository }: Trees): void {
  describe(name, () => {
    it('lists what is tracked, sorted, and of it what are files', async () => {
      const tree = await repository();
      expect(await tree.tracked()).toEqual(['a', 'gone', 'sub/b']);
      expect(await tree.files()).toEqual(['a', 'sub/b']);
    });

    it('tells that there is no repository', async () => {
      const tree = await noRepository();
      expect(await tree.tracked()).toBeUndefined();
      expect(await tree.files()).toBeUndefined();
    });
  });
}

const folderOf = useFolders();

contract('GitSourceTree', {
  repository: async () => {
    const folder = await folderOf({ 'sub/b': 'b', a: 'a', gone: 'x' });
    await runGit(folder, ['init', '--quiet', '.']);
    await runGit(folder, ['add', '--all']);
    await unlink(path.join(folder, 'gone'));
    return new GitSourceTree(folder, gitEnvironment());
  },
  noRepository: async () => new GitSourceTree(await folderOf(), gitEnvironment()),
});

contract('InMemorySourceTree', {
  repository: async () => new InMemorySourceTree(['sub/b', 'gone', 'a'], ['gone']),
  noRepository: async () => new InMemorySourceTree(undefined),
});
