import { describe, expect, it } from 'vitest';
import type { PullRequests } from '../../core/ports/github/pull-requests.ts';

/** A repository whose branches a contract can make. */
export interface PullRequestWorld {
  readonly pullRequests: PullRequests;
  /** Makes a branch that changes the file of its name. */
  readonly branch: (name: string) => Promise<void>;
  /** Merges a pull request, as a person does. */
  readonly merge: (number: number) => Promise<void>;
}

const text = { base: 'main', title: 'A title', body: 'A body' };

/** What every `PullRequests` keeps. */
export function pullRequestsContract(name: string, create: () => Promise<PullRequestWorld>): void {
  describe(name, () => {
    it('opens one, and answers with the one that is open already', async () => {
      const { pullRequests, branch } = await create();
      await branch('tidegate/x');
      const made = await pullRequests.open({ branch: 'tidegate/x', ...text });
      expect(made).toMatchObject({
        state: 'open',
        merged: false,
        headRef: 'tidegate/x',
        title: 'A title',
        fork: false,
      });
      const again = await pullRequests.open({ branch: 'tidegate/x', ...text, title: 'Another' });
      expect(again.number).toBe(made.number);
      expect(await pullRequests.get(made.number)).toEqual(made);
      expect(await pullRequests.files(made.number)).toEqual(['tidegate/x.txt']);
    });

    it('lists those of a branch in any state, newest first, and the open ones of all', async () => {
      const { pullRequests, branch, merge } = await create();
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
      await merge(other.number);
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
  });
}
