import { describe, expect, it } from 'vitest';
import { createGitHubCommits } from '../../../core/adapters/github/github-commits.ts';
import {
  GitHubRepositoryFiles,
  MAX_CONTENTS_BYTES,
  MAX_READ_FILE_BYTES,
} from '../../../core/adapters/github/github-repository-files.ts';
import type { Commits } from '../../../core/ports/github/commits.ts';
import { InMemoryCommits } from '../../../testkit/fakes/in-memory-commits.ts';
import { expectDescribed, useGitHub } from './github-under-test.ts';

interface World {
  /** With `a.txt` in one commit on main. */
  readonly commits: Commits;
  /** Merges a branch into main by a merge commit, as a person does. Returns that commit. */
  readonly merge: (branch: string) => Promise<string>;
}

/** What every `Commits` keeps. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    it('commits files onto a base, and leaves the rest of it alone', async () => {
      const { commits } = await create();
      const base = await commits.default();
      expect(await commits.head('work')).toBeUndefined();
      const text = 'é: 1\r\nlast line without an end';
      const file = { path: 'k8s/b.yaml', text };
      const change = { branch: 'work', base: base.sha, files: [file], message: 'change', expected: undefined };
      const sha = await commits.commit(change);
      expect(await commits.head('work')).toMatchObject({ sha, message: 'change' });
      expect(await commits.default()).toEqual(base);
      expect(await commits.read('k8s/b.yaml', 'work')).toBe(text);
      expect(await commits.read('k8s/b.yaml', sha)).toBe(text);
      expect(await commits.read('a.txt', sha)).toBe(await commits.read('a.txt'));
      expect(await commits.read('k8s/b.yaml')).toBeUndefined();
      expect(await commits.changedFiles(base.sha, sha)).toEqual(['k8s/b.yaml']);
    });

    it('makes a commit again from any base, also back', async () => {
      const { commits } = await create();
      const base = await commits.default();
      const file = { path: 'a.txt', text: 'changed\n' };
      const change = { branch: 'moved', base: base.sha, files: [file], message: 'change' };
      const sha = await commits.commit({ ...change, expected: undefined });
      const again = await commits.commit({ ...change, message: 'again', expected: sha });
      expect((await commits.head('moved'))?.sha).toBe(again);
      expect(await commits.changedFiles(base.sha, again)).toEqual(['a.txt']);
      expect(await commits.changedFiles(base.sha, base.sha)).toEqual([]);
    });

    it('names a tree by all its files, and tells it without writing it', async () => {
      const { commits } = await create();
      const base = await commits.default();
      const files = [
        { path: 'a.txt', text: 'other\n' },
        { path: 'deep/er/b.txt', text: 'é\n' },
        { path: 'deep.txt', text: '1\n' },
      ];
      const told = await commits.treeWith(base.sha, files);
      const change = { branch: 'planned', base: base.sha, files, message: 'planned' };
      const sha = await commits.commit({ ...change, expected: undefined });
      const head = await commits.head('planned');
      expect(head).toMatchObject({ sha, tree: told, parents: [base.sha] });
      expect(await commits.treeWith(sha, [{ path: 'a.txt', text: 'third\n' }])).not.toBe(told);
      expect(await commits.treeWith(sha, files)).toBe(told);
    });

    it('finds what two commits have in common, and what lies at the root of each', async () => {
      const { commits } = await create();
      const base = await commits.default();
      const change = { base: base.sha, message: 'side', expected: undefined };
      const one = await commits.commit({ ...change, branch: 'one', files: [{ path: 'k8s/b.yaml', text: 'b: 1\n' }] });
      const other = await commits.commit({ ...change, branch: 'other', files: [{ path: 'c.txt', text: 'c\n' }] });
      expect(await commits.mergeBase(one, other)).toBe(base.sha);
      expect(await commits.mergeBase(base.sha, one)).toBe(base.sha);
      const [before, after] = [await commits.rootEntries(base.sha), await commits.rootEntries(one)];
      expect(after.get('a.txt')).toBe(before.get('a.txt'));
      expect([...after.keys()].filter((name) => after.get(name) !== before.get(name))).toEqual(['k8s']);
      const ids = await commits.objectIds('a.txt', [base.sha, one, other]);
      expect(new Set(ids).size).toBe(1);
      expect(await commits.objectIds('k8s/b.yaml', [one, other])).toEqual([expect.any(String), undefined]);
    });

    it('leaves a branch that somebody else made or moved', async () => {
      const { commits } = await create();
      const base = await commits.default();
      const change = { branch: 'raced', base: base.sha, files: [{ path: 'a.txt', text: 'x\n' }], message: 'first' };
      const first = await commits.commit({ ...change, expected: undefined });
      const conflict = { code: 'GITHUB_CONFLICT', retryable: true };
      await expect(commits.commit({ ...change, message: 'other', expected: undefined })).rejects.toMatchObject(
        conflict,
      );
      await expect(commits.commit({ ...change, message: 'other', expected: base.sha })).rejects.toMatchObject(conflict);
      expect((await commits.head('raced'))?.sha).toBe(first);
    });

    it('says which branch is in the way of a new one below it', async () => {
      const { commits } = await create();
      const base = (await commits.default()).sha;
      const change = { base, files: [{ path: 'a.txt', text: 'x\n' }], message: 'change' };
      await commits.commit({ ...change, branch: 'a/b', expected: undefined });
      const blocked = { code: 'BRANCH_BLOCKED', message: expect.stringContaining('a/b exists') };
      for (const branch of ['a/b/c', 'a/b/c/d']) {
        await expect(commits.commit({ ...change, branch, expected: undefined })).rejects.toMatchObject(blocked);
      }
    });

    it('knows which commits come before others', async () => {
      const { commits } = await create();
      const base = await commits.default();
      const change = { base: base.sha, message: 'side', expected: undefined };
      const one = await commits.commit({ ...change, branch: 'one', files: [{ path: 'b.txt', text: 'b\n' }] });
      const other = await commits.commit({ ...change, branch: 'other', files: [{ path: 'c.txt', text: 'c\n' }] });
      expect(await commits.isAncestorOrSame(base.sha, one)).toBe(true);
      expect(await commits.isAncestorOrSame(one, one)).toBe(true);
      expect(await commits.isAncestorOrSame(one, base.sha)).toBe(false);
      expect(await commits.isAncestorOrSame(one, other)).toBe(false);
    });

    it('tells what the default branch pointed to, which a merged commit alone never was', async () => {
      const { commits, merge } = await create();
      const first = await commits.default();
      const files = [{ path: 'b.txt', text: 'b\n' }];
      const side = { branch: 'side', base: first.sha, files, message: 'side', expected: undefined };
      const merged = await commits.commit(side);
      const sha = await merge('side');
      const now = await commits.default();
      expect(now).toEqual({ name: 'main', sha });
      expect(await commits.isAncestorOrSame(merged, sha)).toBe(true);
      const { tips, isWhole } = await commits.tips(now, 100);
      expect([tips.map((tip) => tip.sha), isWhole]).toEqual([[sha, first.sha], true]);
      expect(tips.every(({ arrivedAtMs }) => Number.isFinite(arrivedAtMs))).toBe(true);
      expect((await commits.tips(first, 100)).tips.map((tip) => tip.sha)).toEqual([first.sha]);
      const cut = await commits.tips(now, 1);
      expect([cut.tips.map((tip) => tip.sha), cut.isWhole]).toEqual([[sha], false]);
      const wasAt = (commit: string) => commits.wasAt({ name: 'main', sha: commit }, 100);
      expect([await wasAt(first.sha), await wasAt(sha), await wasAt(merged)]).toEqual([true, true, false]);
    });
  });
}

const world = useGitHub();

contract('GitHubCommits', async () => {
  const { name } = await world().repository();
  return {
    commits: createGitHubCommits(world().client, name),
    merge: async (head) => {
      const { pulls } = world().person();
      const { data } = await pulls.create({ ...name, head, base: 'main', title: head });
      return (await pulls.merge({ ...name, pull_number: data.number, merge_method: 'merge' })).data.sha;
    },
  };
});

contract('InMemoryCommits', async () => {
  const commits = new InMemoryCommits({ 'a.txt': 'a\n' });
  return { commits, merge: async (branch) => commits.merge(branch) };
});

describe('GitHubRepositoryFiles', () => {
  it('reads files up to its limit, and refuses larger ones and what is not UTF-8', async () => {
    const { name } = await world().repository();
    const put = (path: string, bytes: Uint8Array) =>
      world()
        .person()
        .repos.createOrUpdateFileContents({
          ...name,
          path,
          message: path,
          content: Buffer.from(bytes).toString('base64'),
        });
    await put('at-limit.yaml', Buffer.alloc(MAX_READ_FILE_BYTES, 'x'));
    await put('above.yaml', Buffer.alloc(MAX_READ_FILE_BYTES + 1, 'x'));
    await put('left-out.yaml', Buffer.alloc(MAX_CONTENTS_BYTES + 1, 'x'));
    await put('latin-1.yaml', Buffer.from('# M\xfcller\n', 'latin1'));
    const files = new GitHubRepositoryFiles(world().client, name);
    expect((await files.read('at-limit.yaml'))?.length).toBe(MAX_READ_FILE_BYTES);
    await expect(files.read('above.yaml')).rejects.toMatchObject({
      code: 'INPUT_TOO_COSTLY',
      message: 'above.yaml has 262145 bytes, more than the limit of 262144 bytes',
    });
    const generous = new GitHubRepositoryFiles(world().client, name, { maxBytes: Number.POSITIVE_INFINITY });
    expect((await generous.read('above.yaml'))?.length).toBe(MAX_READ_FILE_BYTES + 1);
    // GitHub's answer has no content for it, which is not an empty file.
    await expect(generous.read('left-out.yaml')).rejects.toMatchObject({ code: 'INPUT_TOO_COSTLY' });
    await expect(files.read('latin-1.yaml')).rejects.toMatchObject({ code: 'ENCODING_INVALID', place: { line: 1 } });
  });
});

expectDescribed(world);
