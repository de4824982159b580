import { describe, expect, it } from 'vitest';
import type { Branches } from '../../core/ports/github/branches.ts';
import type { RepositoryFiles } from '../../core/ports/github/repository-files.ts';

/** What every `Branches` and the `RepositoryFiles` of the same repository keep. `create` gives one with `a.txt` on main. */
export function branchesContract(
  name: string,
  create: () => Promise<{ readonly branches: Branches; readonly files: RepositoryFiles }>,
): void {
  describe(name, () => {
    it('commits files onto a base, and leaves the rest of it alone', async () => {
      const { branches, files } = await create();
      const base = await branches.default();
      expect(await branches.head('work')).toBeUndefined();
      const text = 'é: 1\r\nlast line without an end';
      const file = { path: 'k8s/b.yaml', text };
      const change = { branch: 'work', base: base.sha, files: [file], message: 'change', expected: undefined };
      const sha = await branches.commit(change);
      expect(await branches.head('work')).toMatchObject({ sha, message: 'change' });
      expect(await branches.default()).toEqual(base);
      expect(await files.read('k8s/b.yaml', 'work')).toBe(text);
      expect(await files.read('k8s/b.yaml', sha)).toBe(text);
      expect(await files.read('a.txt', sha)).toBe(await files.read('a.txt'));
      expect(await files.read('k8s/b.yaml')).toBeUndefined();
      expect(await branches.changedFiles(base.sha, sha)).toEqual(['k8s/b.yaml']);
    });

    it('makes a commit again from any base, also back', async () => {
      const { branches } = await create();
      const base = await branches.default();
      const file = { path: 'a.txt', text: 'changed\n' };
      const change = { branch: 'moved', base: base.sha, files: [file], message: 'change' };
      const sha = await branches.commit({ ...change, expected: undefined });
      const again = await branches.commit({ ...change, message: 'again', expected: sha });
      expect((await branches.head('moved'))?.sha).toBe(again);
      expect(await branches.changedFiles(base.sha, again)).toEqual(['a.txt']);
      expect(await branches.changedFiles(base.sha, base.sha)).toEqual([]);
    });

    it('names a tree by all its files, and tells it without writing it', async () => {
      const { branches } = await create();
      const base = await branches.default();
      const files = [
        { path: 'a.txt', text: 'other\n' },
        { path: 'deep/er/b.txt', text: 'é\n' },
        { path: 'deep.txt', text: '1\n' },
      ];
      const told = await branches.treeWith(base.sha, files);
      const change = { branch: 'planned', base: base.sha, files, message: 'planned' };
      const sha = await branches.commit({ ...change, expected: undefined });
      const head = await branches.head('planned');
      expect(head).toMatchObject({ sha, tree: told, parents: [base.sha] });
      expect(await branches.treeWith(sha, [{ path: 'a.txt', text: 'third\n' }])).not.toBe(told);
      expect(await branches.treeWith(sha, files)).toBe(told);
    });

    it('finds what two commits have in common, and what lies at the root of each', async () => {
      const { branches, files } = await create();
      const base = await branches.default();
      const change = { base: base.sha, message: 'side', expected: undefined };
      const one = await branches.commit({ ...change, branch: 'one', files: [{ path: 'k8s/b.yaml', text: 'b: 1\n' }] });
      const other = await branches.commit({ ...change, branch: 'other', files: [{ path: 'c.txt', text: 'c\n' }] });
      expect(await branches.mergeBase(one, other)).toBe(base.sha);
      expect(await branches.mergeBase(base.sha, one)).toBe(base.sha);
      const [before, after] = [await branches.rootEntries(base.sha), await branches.rootEntries(one)];
      expect(after.get('a.txt')).toBe(before.get('a.txt'));
      expect([...after.keys()].filter((name) => after.get(name) !== before.get(name))).toEqual(['k8s']);
      const ids = await files.objectIds('a.txt', [base.sha, one, other]);
      expect(new Set(ids).size).toBe(1);
      expect(await files.objectIds('k8s/b.yaml', [one, other])).toEqual([expect.any(String), undefined]);
    });

    it('leaves a branch that somebody else made or moved', async () => {
      const { branches } = await create();
      const base = await branches.default();
      const change = { branch: 'raced', base: base.sha, files: [{ path: 'a.txt', text: 'x\n' }], message: 'first' };
      const first = await branches.commit({ ...change, expected: undefined });
      const conflict = { code: 'GITHUB_CONFLICT', retryable: true };
      await expect(branches.commit({ ...change, message: 'other', expected: undefined })).rejects.toMatchObject(
        conflict,
      );
      await expect(branches.commit({ ...change, message: 'other', expected: base.sha })).rejects.toMatchObject(
        conflict,
      );
      expect((await branches.head('raced'))?.sha).toBe(first);
    });
  });
}
