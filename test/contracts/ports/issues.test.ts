import { describe, expect, it } from 'vitest';
import { GitHubIssues } from '../../../core/adapters/github/github-issues.ts';
import type { Issues } from '../../../core/ports/github/issues.ts';
import { InMemoryIssues } from '../../../testkit/fakes/in-memory-issues.ts';
import { expectDescribed, useGitHub } from './github-under-test.ts';

interface World {
  readonly issues: Issues;
  /** Opens an issue as mona. */
  readonly openAsOther: (label: string, body?: string) => Promise<number>;
  /** Opens a pull request with a label as mona. */
  readonly openPullRequest: (label: string, body: string) => Promise<number>;
}

const text = (body: string) => ({ title: 'A title', body });

/** What every `Issues` keeps. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    it('lists those of a label with their authors, newest first, open ones or all', async () => {
      const { issues, openAsOther } = await create();
      const stop = await openAsOther('tidegate/stop');
      const hold = await issues.open('tidegate/hold', text('held'));
      const newer = await issues.open('tidegate/hold', text('held too'));
      expect(await issues.list('tidegate/stop', 'open')).toEqual([
        { number: stop, body: '', author: 'mona', isOpen: true },
      ]);
      expect(await issues.list('tidegate/hold', 'open')).toEqual([
        { number: newer, body: 'held too', author: 'tidegate[bot]', isOpen: true },
        { number: hold, body: 'held', author: 'tidegate[bot]', isOpen: true },
      ]);
      await issues.close(newer, 'over');
      expect((await issues.list('tidegate/hold', 'open')).map(({ number }) => number)).toEqual([hold]);
      expect((await issues.list('tidegate/hold', 'all')).map(({ isOpen }) => isOpen)).toEqual([false, true]);
    });

    it('lists no issue with another label, and no pull request', async () => {
      const { issues, openAsOther, openPullRequest } = await create();
      await openAsOther('bug');
      await openPullRequest('tidegate/stop', 'stop');
      expect(await issues.list('tidegate/stop', 'all')).toEqual([]);
    });

    it('reads one by its number, a pull request too', async () => {
      const { issues, openPullRequest } = await create();
      const number = await issues.open('tidegate/watch', text('late'));
      expect(await issues.get(number)).toEqual({ number, body: 'late', author: 'tidegate[bot]', isOpen: true });
      const pull = await openPullRequest('bug', 'a change');
      expect(await issues.get(pull)).toEqual({ number: pull, body: 'a change', author: 'mona', isOpen: true });
    });

    it('sets text and state, and again without an effect', async () => {
      const { issues } = await create();
      const number = await issues.open('tidegate/drift', text('one'));
      for (const state of ['closed', 'closed', 'open'] as const) {
        await issues.update(number, text(`is ${state}`), state);
        expect(await issues.get(number)).toMatchObject({ body: `is ${state}`, isOpen: state === 'open' });
      }
    });
  });
}

const world = useGitHub();

contract('GitHubIssues', async () => {
  const { name, commit } = await world().repository();
  const { issues, pulls, git } = world().person();
  return {
    issues: new GitHubIssues(world().client, name),
    openAsOther: async (label, body) => {
      const { data } = await issues.create({ ...name, title: 'an issue', labels: [label], ...(body && { body }) });
      return data.number;
    },
    openPullRequest: async (label, body) => {
      const { data: tree } = await git.createTree({
        ...name,
        base_tree: commit,
        tree: [{ path: 'b.txt', mode: '100644', type: 'blob', content: 'b\n' }],
      });
      const made = await git.createCommit({ ...name, message: 'b', tree: tree.sha, parents: [commit] });
      await git.createRef({ ...name, ref: 'refs/heads/change', sha: made.data.sha });
      const { data } = await pulls.create({ ...name, head: 'change', base: 'main', title: 'A change', body });
      await issues.addLabels({ ...name, issue_number: data.number, labels: [label] });
      return data.number;
    },
  };
});

contract('InMemoryIssues', async () => {
  const issues = new InMemoryIssues();
  const open = async (label: string, body = '', isPullRequest = false) =>
    issues.openAsOther({ author: 'mona', body, labels: [label], isPullRequest });
  return { issues, openAsOther: open, openPullRequest: (label, body) => open(label, body, true) };
});

expectDescribed(world);
