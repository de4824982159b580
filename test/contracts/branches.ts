import { describe, expect, it } from 'vitest';
import type { Branches } from '../../core/ports/branches.ts';
import type { RepositoryFiles } from '../../core/ports/repository-files.ts';

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

    it('moves a branch to where it is told, also back, and makes it where there is none', async () => {
      const { branches } = await create();
      const base = await branches.default();
      const file = { path: 'a.txt', text: 'changed\n' };
      const change = { branch: 'moved', base: base.sha, files: [file], message: 'change' };
      const sha = await branches.commit({ ...change, expected: undefined });
      await branches.move('moved', base.sha, sha);
      expect((await branches.head('moved'))?.sha).toBe(base.sha);
      await branches.move('copy', sha, undefined);
      expect((await branches.head('copy'))?.sha).toBe(sha);
      const again = await branches.commit({ ...change, message: 'again', expected: base.sha });
      expect(await branches.changedFiles(base.sha, again)).toEqual(['a.txt']);
      expect(await branches.changedFiles(base.sha, base.sha)).toEqual([]);
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
      await expect(branches.move('raced', base.sha, base.sha)).rejects.toMatchObject(conflict);
      expect((await branches.head('raced'))?.sha).toBe(first);
      // Where it already is what it has to be, an answer of ours got lost.
      await branches.move('raced', first, undefined);
    });
  });
}
