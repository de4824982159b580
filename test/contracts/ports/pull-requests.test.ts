import { describe, expect, it } from 'vitest';
import { GitHubBranches } from '../../../core/adapters/github/github-branches.ts';
import { GitHubPullRequests } from '../../../core/adapters/github/github-pull-requests.ts';
import type { PullRequests } from '../../../core/ports/github/pull-requests.ts';
import { InMemoryPullRequests } from '../../../testkit/fakes/in-memory-pull-requests.ts';
import { expectDescribed, useGitHub } from './github-under-test.ts';

interface World {
  readonly pullRequests: PullRequests;
  /** Makes a branch that changes the file of its name. */
  readonly branch: (name: string) => Promise<void>;
  /** Merges one as a person does, by a merge commit or a squash. Returns the commit that main gets. */
  readonly mergeAsPerson: (number: number, method: 'merge' | 'squash') => Promise<string>;
  /** Main takes no merge before these checks have succeeded. */
  readonly require: (names: readonly string[]) => Promise<void>;
}

const text = { base: 'main', title: 'A title', body: 'A body' };

/** What every `PullRequests` keeps. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    it('opens one, and answers with the one that is open already', async () => {
      const { pullRequests, branch } = await create();
      await branch('tidegate/x');
      const made = await pullRequests.open({ branch: 'tidegate/x', ...text });
      const opened = { headRef: 'tidegate/x', baseRef: 'main', title: 'A title', author: 'tidegate[bot]' };
      expect(made).toMatchObject({ ...opened, state: 'open', merged: false, fork: false });
      const again = await pullRequests.open({ branch: 'tidegate/x', ...text, title: 'Another' });
      expect(again.number).toBe(made.number);
      expect(await pullRequests.get(made.number)).toEqual(made);
    });

    it('lists those of a branch in any state, newest first, and the open ones of all', async () => {
      const { pullRequests, branch, mergeAsPerson } = await create();
      for (const one of ['a', 'b']) await branch(one);
      const closed = await pullRequests.open({ branch: 'a', ...text });
      await pullRequests.close(closed.number);
      const newer = await pullRequests.open({ branch: 'a', ...text });
      const other = await pullRequests.open({ branch: 'b', ...text });
      expect((await pullRequests.ofBranch('a')).map(({ number, state }) => [number, state])).toEqual([
        [newer.number, 'open'],
        [closed.number, 'closed'],
      ]);
      expect((await pullRequests.openOf('acme', 'a')).map(({ number }) => number)).toEqual([newer.number]);
      expect((await pullRequests.allOpen()).map(({ number }) => number)).toEqual([other.number, newer.number]);
      await mergeAsPerson(other.number, 'merge');
      expect(await pullRequests.get(other.number)).toMatchObject({ state: 'closed', merged: true });
      expect(await pullRequests.ofBranch('nothing')).toEqual([]);
    });

    it('changes title and body', async () => {
      const { pullRequests, branch } = await create();
      await branch('c');
      const { number } = await pullRequests.open({ branch: 'c', ...text });
      await pullRequests.update(number, { title: 'Now', body: 'this' });
      expect(await pullRequests.get(number)).toMatchObject({ title: 'Now', body: 'this' });
    });

    it.each(['merge', 'squash'] as const)(
      'finds the one that a %s commit brought, and no other commit',
      async (method) => {
        const { pullRequests, branch, mergeAsPerson } = await create();
        await branch('change');
        const { number, headSha } = await pullRequests.open({ branch: 'change', ...text });
        // Before the merge its head is the pull request's, but nothing was merged.
        expect(await pullRequests.mergedBy(headSha)).toEqual([]);
        const commit = await mergeAsPerson(number, method);
        expect(await pullRequests.mergedBy(commit)).toEqual([{ number, headSha }]);
        expect(await pullRequests.mergedBy(headSha)).toEqual([]);
      },
    );

    it('merges the very commit into the very branch that were looked at, once no required check is missing', async () => {
      const { pullRequests, branch, require } = await create();
      await branch('planned');
      const { number, headSha } = await pullRequests.open({ branch: 'planned', ...text });
      const wanted = { number, headSha, baseRef: 'main' };
      expect(await pullRequests.requiredChecks('main')).toEqual([]);
      await require(['tidegate / promotion', 'lint']);
      expect(await pullRequests.requiredChecks('main')).toEqual(['lint', 'tidegate / promotion']);
      expect(await pullRequests.merge(wanted)).toEqual(expect.any(String));
      await require([]);
      expect(await pullRequests.merge({ ...wanted, headSha: 'f'.repeat(40) })).toBe('its branch was updated');
      expect(await pullRequests.merge({ ...wanted, baseRef: 'other' })).toBe('it is not for other any more');
      expect(await pullRequests.get(number)).toMatchObject({ merged: false });
      expect(await pullRequests.merge(wanted)).toBeUndefined();
      expect(await pullRequests.get(number)).toMatchObject({ state: 'closed', merged: true });
    });
  });
}

const world = useGitHub();

contract('GitHubPullRequests', async () => {
  const { name, fullName, commit } = await world().repository();
  const { client, github } = world();
  const branches = new GitHubBranches(client, name);
  return {
    pullRequests: new GitHubPullRequests(client, name),
    branch: async (branch) => {
      const files = [{ path: `${branch}.txt`, text: 'x\n' }];
      await branches.commit({ branch, base: commit, files, message: branch, expected: undefined });
    },
    mergeAsPerson: async (number, method) => {
      const { data } = await world()
        .person()
        .pulls.merge({ ...name, pull_number: number, merge_method: method });
      return data.sha;
    },
    require: async (names) => void github.state.repository(fullName)?.protection.set('main', names),
  };
});

contract('InMemoryPullRequests', async () => {
  const pullRequests = new InMemoryPullRequests();
  return {
    pullRequests,
    branch: async () => undefined,
    mergeAsPerson: (number) => pullRequests.mergeAsPerson(number),
    require: async (names) => void pullRequests.required.set('main', names),
  };
});

expectDescribed(world);
