import { describe, expect, it } from 'vitest';
import { GitHubFailedJobs, LOG_END_BYTES } from '../../../core/adapters/github/github-failed-jobs.ts';
import type { FailedJobs } from '../../../core/ports/github/failed-jobs.ts';
import { InMemoryFailedJobs } from '../../../testkit/fakes/in-memory-failed-jobs.ts';
import { finishedJob } from '../../../testkit/github/finished-runs.ts';
import { expectDescribed, useGitHub } from './github-under-test.ts';

interface World {
  readonly jobs: FailedJobs;
  /** A run whose job `train` failed at `Train` and whose job `tidegate` was cancelled, with the given log of `train`. */
  readonly addRun: (log: string) => Promise<number>;
}

const CANCELLED = { name: 'tidegate', conclusion: 'cancelled', step: undefined } as const;

/** What every `FailedJobs` keeps. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    it('lists the jobs that did not succeed, first those that ended first, with their first failed step', async () => {
      const { jobs, addRun } = await create();
      const run = await addRun('boom\n');
      const [first, ...others] = await jobs.failed(run, 1);
      expect(first).toEqual({ id: expect.any(Number), name: 'train', conclusion: 'failure', step: 'Train' });
      expect(others).toMatchObject([CANCELLED]);
      expect(await jobs.failed(run, 2)).toEqual([]);
      expect(await jobs.failed(run + 1000, 1)).toEqual([]);
    });

    it('reads the end of a log, and says so where there is none', async () => {
      const { jobs, addRun } = await create();
      const log = `${'a long line of a log\n'.repeat(20_000)}the end\n`;
      const [train, other] = await jobs.failed(await addRun(log), 1);
      const end = await jobs.logEnd(train?.id ?? 0);
      expect(end).toBe(log.slice(-LOG_END_BYTES));
      expect(await jobs.logEnd(other?.id ?? 0)).toBeUndefined();
      expect(await jobs.logEnd(1)).toBeUndefined();
    });
  });
}

const world = useGitHub();

contract('GitHubFailedJobs', async () => {
  const { name, fullName, commit } = await world().repository();
  const { client, github, runs } = world();
  return {
    jobs: new GitHubFailedJobs(client, name),
    addRun: async (log) => {
      const job = (key: string, second: string) => finishedJob(github, key, `2001-02-03T04:05:${second}Z`);
      const steps = [
        { name: 'Check out', number: 1, conclusion: 'success' as const },
        { name: 'Train', number: 2, conclusion: 'failure' as const },
        { name: 'Post Train', number: 3, conclusion: 'cancelled' as const },
      ];
      const failed = { ...job('train', '01'), conclusion: 'failure' as const, steps, log };
      const cancelled = { ...job('tidegate', '02'), conclusion: 'cancelled' as const };
      const jobs = [cancelled, job('lint', '00'), failed];
      const facts = { name: 'model-ci', event: 'pull_request', headBranch: 'main', headSha: commit };
      return runs.addRun(github, fullName, { ...facts, conclusion: 'failure', jobs }).id;
    },
  };
});
expectDescribed(world);

contract('InMemoryFailedJobs', async () => {
  const jobs = new InMemoryFailedJobs();
  return {
    jobs,
    addRun: async (log) => {
      jobs.add({ id: 11, runId: 7, attempt: 1, name: 'train', conclusion: 'failure', step: 'Train', log });
      jobs.add({ id: 12, runId: 7, attempt: 1, ...CANCELLED, log: undefined });
      return 7;
    },
  };
});
