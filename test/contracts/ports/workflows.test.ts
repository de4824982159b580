import { describe, expect, it } from 'vitest';
import { GitHubWorkflows } from '../../../core/adapters/github/github-workflows.ts';
import type { Workflows } from '../../../core/ports/github/workflows.ts';
import { InMemoryWorkflows } from '../../../testkit/fakes/in-memory-workflows.ts';
import { finishedJob } from '../../../testkit/github/finished-runs.ts';
import { createZip } from '../../../testkit/zip.ts';
import { expectDescribed, useGitHub } from './github-under-test.ts';

interface Run {
  /** Name of the workflow file without `.yml`. */
  readonly workflow: string;
  readonly event: string;
  readonly headSha?: string;
}

interface World {
  readonly workflows: Workflows;
  readonly headSha: string;
  /** Adds a run of two attempts: the job `first` of the first one failed, `second` of the second one succeeded. */
  readonly addRun: (run: Run) => Promise<number>;
  readonly addArtifact: (runId: number, name: string, zip: Uint8Array) => Promise<number>;
  readonly expire: (runId: number) => void;
  /** Adds a workflow file that a schedule starts; it ran at none or the given times, oldest first. */
  readonly addSchedule: (workflow: string, ranAt: readonly string[]) => Promise<void>;
}

/** What every `Workflows` keeps. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    it('reads a run, its attempts and their jobs; nothing of one that is not there', async () => {
      const { workflows, headSha, addRun } = await create();
      const id = await addRun({ workflow: 'model-release', event: 'push' });
      const path = '.github/workflows/model-release.yml';
      expect(await workflows.run(id)).toMatchObject({ id, path, event: 'push', headSha, headBranch: 'main' });
      expect(await workflows.run(id)).toMatchObject({ status: 'completed', conclusion: 'success' });
      expect(await workflows.attempt(id, 1)).toMatchObject({ id, status: 'completed', conclusion: 'failure' });
      expect(await workflows.attempt(id, 2)).toMatchObject({ id, conclusion: 'success' });
      expect(await workflows.attempt(id, 3)).toBeUndefined();
      const startedAtMs = Date.parse('2001-02-03T04:05:06Z');
      const completedAtMs = startedAtMs + 60_000;
      expect(await workflows.jobs(id, 1)).toEqual([
        { name: 'first', conclusion: 'failure', startedAtMs, completedAtMs },
      ]);
      expect(await workflows.jobs(id, 2)).toEqual([
        { name: 'second', conclusion: 'success', startedAtMs, completedAtMs },
      ]);
      expect(await workflows.jobs(id, 3)).toEqual([]);
      expect(await workflows.run(id + 1000)).toBeUndefined();
      expect(await workflows.jobs(id + 1000, 1)).toEqual([]);
    });

    it('starts a workflow, and lists what was started so, newest first', async () => {
      const { workflows, addRun } = await create();
      await addRun({ workflow: 'model-retrain', event: 'push' });
      await addRun({ workflow: 'other', event: 'workflow_dispatch' });
      const first = await addRun({ workflow: 'model-retrain', event: 'workflow_dispatch' });
      await workflows.dispatch('model-retrain.yml', 'main', { model: 'm' });
      const [newest, ...earlier] = await workflows.dispatched('model-retrain.yml');
      expect(newest).toMatchObject({ status: 'queued', conclusion: null, headBranch: 'main' });
      expect(earlier.map(({ id }) => id)).toEqual([first]);
    });

    it('lists the finished runs for the head of a pull request, newest first', async () => {
      const { workflows, headSha, addRun } = await create();
      const [one, other] = [
        await addRun({ workflow: 'model-ci', event: 'pull_request' }),
        await addRun({ workflow: 'lint', event: 'pull_request' }),
      ];
      await addRun({ workflow: 'model-release', event: 'push' });
      expect(await workflows.runsOfHead(headSha)).toEqual([other, one]);
      expect(await workflows.runsOfHead('f'.repeat(40))).toEqual([]);
    });

    it('lists and downloads what a run uploaded, while that is kept', async () => {
      const { workflows, addRun, addArtifact, expire } = await create();
      const id = await addRun({ workflow: 'model-ci', event: 'pull_request' });
      const zip = createZip([{ name: 'evaluation.json', content: '{}' }]);
      const artifact = await addArtifact(id, 'tidegate-m-1-report', zip);
      expect(await workflows.artifacts(id)).toEqual([
        { id: artifact, name: 'tidegate-m-1-report', sizeBytes: zip.length, createdAtMs: expect.any(Number) },
      ]);
      expect(Buffer.from(await workflows.download(artifact)).equals(zip)).toBe(true);
      expire(id);
      expect(await workflows.artifacts(id)).toEqual([]);
    });

    it('says when a schedule started a workflow last', async () => {
      const { workflows, addSchedule } = await create();
      expect(await workflows.schedule('model-watch.yml')).toBeUndefined();
      await addSchedule('model-watch', []);
      const never = await workflows.schedule('model-watch.yml');
      expect(never).toEqual({ state: 'active', createdAt: expect.any(String), lastScheduledAt: undefined });
      await addSchedule('model-late', ['2001-01-01T00:00:00Z', '2001-01-02T00:00:00Z']);
      const late = await workflows.schedule('model-late.yml');
      expect(Date.parse(late?.lastScheduledAt ?? '')).toBe(Date.UTC(2001, 0, 2));
    });
  });
}

const world = useGitHub();
const [STARTED, ENDED] = ['2001-02-03T04:05:06Z', '2001-02-03T04:06:06Z'];

contract('GitHubWorkflows', async () => {
  const { name, fullName, commit } = await world().repository();
  const { client, github, runs } = world();
  const { repos } = world().person();
  const base = { headBranch: 'main', headSha: commit };
  return {
    workflows: new GitHubWorkflows(client, name),
    headSha: commit,
    addRun: async ({ workflow, event, headSha = commit }) => {
      const job = (key: string) => finishedJob(github, key, STARTED, ENDED);
      const facts = { name: workflow, event, headBranch: 'main', headSha };
      const run = runs.addRun(github, fullName, { ...facts, jobs: [job('second')] });
      const failed = { ...job('first'), conclusion: 'failure' as const };
      const earlier = [{ attempt: 1, conclusion: 'failure' as const, jobs: [failed] }];
      return Object.assign(run, { attempt: 2, earlier }).id;
    },
    addArtifact: async (runId, artifact, zip) =>
      runs.addArtifact(github, { repository: fullName, id: runId }, { name: artifact, zip }),
    expire: (runId) => runs.expire(runId),
    addSchedule: async (workflow, ranAt) => {
      const path = `.github/workflows/${workflow}.yml`;
      const content = Buffer.from('on: { schedule: [{ cron: "0 6 * * *" }] }\n').toString('base64');
      await repos.createOrUpdateFileContents({ ...name, path, message: path, content });
      for (const createdAt of ranAt) {
        runs.addRun(github, fullName, { ...base, name: workflow, event: 'schedule', createdAt });
      }
    },
  };
});

contract('InMemoryWorkflows', async () => {
  const workflows = new InMemoryWorkflows();
  const own = 'c'.repeat(40);
  const job = (name: string, conclusion: string) => {
    return { name, conclusion, startedAtMs: Date.parse(STARTED), completedAtMs: Date.parse(ENDED) };
  };
  return {
    workflows,
    headSha: own,
    addRun: async ({ workflow, event, headSha = own }) =>
      workflows.addRun({
        path: `.github/workflows/${workflow}.yml`,
        ...{ event, headSha, headBranch: 'main', status: 'completed', createdAt: STARTED },
        attempts: [
          { conclusion: 'failure', jobs: [job('first', 'failure')] },
          { conclusion: 'success', jobs: [job('second', 'success')] },
        ],
      }),
    addArtifact: async (runId, name, zip) => workflows.addArtifact(runId, { name, zip }),
    expire: (runId) => workflows.expire(runId),
    addSchedule: async (workflow, ranAt) =>
      workflows.addWorkflow(`${workflow}.yml`, {
        state: 'active',
        createdAt: STARTED,
        lastScheduledAt: ranAt.at(-1),
      }),
  };
});

expectDescribed(world);
