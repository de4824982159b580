import { describe, expect, it } from 'vitest';
import { createGitHubChecks } from '../../../core/adapters/github/github-checks.ts';
import type { HealthSignal } from '../../../core/domain/promotion/health.ts';
import type { CheckRun, Checks, HealthSource } from '../../../core/ports/github/checks.ts';
import { InMemoryChecks } from '../../../testkit/fakes/in-memory-checks.ts';
import { expectDescribed, useGitHub } from './github-under-test.ts';

/** A check as a commit shows it; `conclusion` is `pending` while it waits. */
interface ShownCheck {
  readonly name: string;
  readonly conclusion: string;
  readonly title: string;
  readonly annotations: number;
}

interface Said extends Omit<HealthSource, 'creator'> {
  readonly commit: string;
  readonly state: HealthSignal['state'];
}

interface World {
  readonly checks: Checks;
  readonly headSha: string;
  /** A second commit, on top of that one. */
  readonly newerSha: string;
  readonly shown: () => Promise<readonly ShownCheck[]>;
  /** How often the port wrote. */
  readonly writes: () => number;
  /** Lets `tidegate[bot]` say something by a check run, and mona by anything else. */
  readonly say: (said: Said) => Promise<void>;
}

/** What every `Checks` keeps. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    const check = (headSha: string, change: Partial<CheckRun> = {}): CheckRun => {
      const text = { title: 'one', summary: 'why', annotations: [] };
      return { name: 'tidegate / m', headSha, conclusion: 'pending', ...text, ...change };
    };

    it('shows one check of a name, and changes that one', async () => {
      const { checks, headSha, shown } = await create();
      await checks.show(check(headSha));
      expect(await shown()).toEqual([{ name: 'tidegate / m', conclusion: 'pending', title: 'one', annotations: 0 }]);
      await checks.show(check(headSha, { conclusion: 'failure', title: 'two' }));
      await checks.show(check(headSha, { name: 'tidegate / n', conclusion: 'success' }));
      expect((await shown()).toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
        { name: 'tidegate / m', conclusion: 'failure', title: 'two', annotations: 0 },
        { name: 'tidegate / n', conclusion: 'success', title: 'one', annotations: 0 },
      ]);
    });

    it('reads the summaries of a name on a commit, and of no other', async () => {
      const { checks, headSha, newerSha } = await create();
      await checks.show(check(headSha, { summary: 'the record' }));
      expect(await checks.summaries('tidegate / m', headSha)).toEqual(['the record']);
      expect(await checks.summaries('tidegate / n', headSha)).toEqual([]);
      expect(await checks.summaries('tidegate / m', newerSha)).toEqual([]);
    });

    it('writes nothing where it is shown already', async () => {
      const { checks, headSha, writes } = await create();
      await checks.show(check(headSha, { conclusion: 'success' }));
      const before = writes();
      await checks.show(check(headSha, { conclusion: 'success' }));
      expect(writes()).toBe(before);
    });

    it('shows as many annotations as it is given', async () => {
      const { checks, headSha, shown } = await create();
      const annotations = Array.from({ length: 120 }, (_, index) => {
        return { path: 'tidegate.yaml', line: index + 1, level: 'warning' as const, message: `note ${index}` };
      });
      await checks.show(check(headSha, { annotations, conclusion: 'neutral' }));
      expect(await shown()).toMatchObject([{ conclusion: 'neutral', annotations: 120 }]);
    });

    it.each([
      { from: 'argocd', by: 'mona' },
      { from: 'commit-status', by: 'mona' },
      { from: 'deployment-status', by: 'mona' },
      { from: 'check-run', by: 'tidegate[bot]' },
    ] as const)('hears what a $from says of each commit, the newest commit last', async ({ from, by }) => {
      const { checks, headSha, newerSha, say } = await create();
      const said = { from, context: 'staging' };
      await say({ ...said, commit: headSha, state: 'pending' });
      await say({ ...said, commit: headSha, state: 'success' });
      await say({ ...said, commit: newerSha, state: 'failure' });
      await say({ ...said, context: 'production', commit: newerSha, state: 'success' });
      const heard = async (creator: string | undefined, commits: readonly string[]) =>
        (await checks.health({ ...said, creator }, commits)).map(({ state }) => state);
      expect(await heard(by, [newerSha, headSha])).toEqual(['pending', 'success', 'failure']);
      expect(await heard(undefined, [headSha])).toEqual(['pending', 'success']);
      expect(await heard('another', [newerSha, headSha])).toEqual([]);
      expect(await heard(by, [])).toEqual([]);
    });
  });
}

const world = useGitHub();

contract('GitHubChecks', async () => {
  const { name, commit: headSha } = await world().repository();
  const { client, github, writes } = world();
  const { checks, git, repos } = world().person();
  const { data: parent } = await git.getCommit({ ...name, commit_sha: headSha });
  const made = { ...name, message: 'newer', tree: parent.tree.sha, parents: [headSha] };
  const { data: newer } = await git.createCommit(made);
  await git.updateRef({ ...name, ref: 'heads/main', sha: newer.sha });
  return {
    checks: createGitHubChecks(client, name, github.appId),
    headSha,
    newerSha: newer.sha,
    shown: async () => {
      const { data } = await checks.listForRef({ ...name, ref: headSha });
      return data.check_runs.map((run) => ({
        name: run.name,
        conclusion: run.conclusion ?? 'pending',
        title: run.output.title ?? '',
        annotations: run.output.annotations_count,
      }));
    },
    writes: () => writes.count,
    say: async ({ from, context, commit, state }) => {
      if (from === 'check-run') {
        const told = state === 'pending' ? { status: 'in_progress' as const } : { conclusion: state as 'success' };
        await client.request('POST /repos/{owner}/{repo}/check-runs', {
          ...{ ...name, name: context, head_sha: commit },
          ...told,
        });
      } else if (from === 'deployment-status') {
        const deployment = { ...name, ref: commit, environment: context, auto_merge: false, required_contexts: [] };
        const { data } = await repos.createDeployment(deployment);
        if (!('id' in data)) throw new Error('there is no deployment');
        const told = state === 'pending' ? 'in_progress' : state;
        await repos.createDeploymentStatus({ ...name, deployment_id: data.id, state: told });
      } else await repos.createCommitStatus({ ...name, sha: commit, state, context });
    },
  };
});

contract('InMemoryChecks', async () => {
  const checks = new InMemoryChecks();
  const headSha = 'c'.repeat(40);
  return {
    checks,
    headSha,
    newerSha: 'd'.repeat(40),
    shown: async () =>
      checks.checks
        .filter((one) => one.headSha === headSha)
        .map(({ name, conclusion, title, annotations }) => {
          return { name, conclusion, title, annotations: annotations.length };
        }),
    writes: () => checks.writes,
    say: async (said) => checks.say({ ...said, by: said.from === 'check-run' ? 'tidegate[bot]' : 'mona', atMs: 0 }),
  };
});

expectDescribed(world);
