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
      const change = { branch: 'work', base: base.sha, files: [{ path: 'k8s/b.yaml', text }], message: 'change' };
      const sha = await branches.commit(change);
      expect((await branches.head('work'))?.sha).toBe(sha);
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
      const sha = await branches.commit({ branch: 'moved', base: base.sha, files: [file], message: 'change' });
      await branches.move('moved', base.sha);
      expect((await branches.head('moved'))?.sha).toBe(base.sha);
      await branches.move('copy', sha);
      expect((await branches.head('copy'))?.sha).toBe(sha);
      const again = await branches.commit({ branch: 'moved', base: base.sha, files: [file], message: 'again' });
      expect(await branches.changedFiles(base.sha, again)).toEqual(['a.txt']);
      expect(await branches.changedFiles(base.sha, base.sha)).toEqual([]);
    });
  });
}
