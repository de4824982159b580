import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flightsConfig } from '../../testkit/flights-config.ts';
import { BotWorld, type CommitFiles } from './bot-world.ts';

const NAME = 'acme/watched';
const [owner, repo] = ['acme', 'watched'] as const;
const DATA_BRANCH = 'tidegate/retrain-data/flights';
const CONFIG = flightsConfig(
  'drift: { current: log.parquet, window: 7d, retrain: { after: 2, workflow: model-retrain.yml, update: x } }',
);
const WATCH = 'on: { schedule: [{ cron: "0 6 * * *" }], workflow_dispatch: {} }\njobs: {}\n';
const pointer = (md5: string) => `outs:\n- md5: ${md5}\n  path: raw.parquet\n`;
const DAY = 24 * 3_600_000;

let world: BotWorld;
let clone: string;
let main: string;
beforeAll(async () => {
  world = await BotWorld.start();
  await world.github.createRepository(NAME);
  clone = await world.clone(NAME);
  main = await push('main', {
    'tidegate.yaml': CONFIG,
    'data/raw.parquet.dvc': pointer('1111'),
    '.github/workflows/model-watch.yml': WATCH,
  });
});
afterAll(() => world?.stop());

async function push(branch: string, files: CommitFiles): Promise<string> {
  const sha = await world.commit(clone, branch, files);
  await world.settle();
  return sha;
}

async function pulls(state: 'open' | 'all' = 'open') {
  return (await world.client().pulls.list({ owner, repo, state })).data;
}

async function issues() {
  const { data } = await world.client().issues.listForRepo({ owner, repo, state: 'open', labels: 'tidegate/watch' });
  return data;
}

describe('data that was fetched anew', { timeout: 120_000 }, () => {
  it('gets one pull request, with nothing but pointers', async () => {
    await push(DATA_BRANCH, { 'data/raw.parquet.dvc': pointer('2222'), 'train.py': 'print(1)\n' });
    expect(await pulls()).toEqual([]);
    await push(DATA_BRANCH, { 'data/raw.parquet.dvc': pointer('2222') });
    expect((await pulls()).map(({ head }) => head.ref)).toEqual(['tidegate/retrain/flights']);
    const { count } = world.writes;
    await world.sweep();
    expect(world.writes.count).toBe(count);
  });

  it('is not proposed again when it did not pass, though it is another commit; newer data is', async () => {
    const [open] = await pulls();
    await world.client().pulls.update({ owner, repo, pull_number: open?.number ?? 0, state: 'closed' });
    await push(DATA_BRANCH, { 'data/raw.parquet.dvc': pointer('2222') });
    await world.sweep();
    expect(await pulls()).toEqual([]);
    await push(DATA_BRANCH, { 'data/raw.parquet.dvc': pointer('3333') });
    expect((await pulls()).map(({ title }) => title)).toHaveLength(1);
    expect(await pulls('all')).toHaveLength(2);
  });
});

describe('a schedule that does not run', { timeout: 120_000 }, () => {
  it('is one issue, which closes by itself, and which a person may close', async () => {
    await world.sweep();
    expect(await issues()).toEqual([]);
    world.aheadMs = 3 * DAY;
    await world.sweep();
    const [said] = await issues();
    expect(said).toMatchObject({ title: 'Drift checks have stopped: model-watch.yml' });
    expect(said?.body).toContain('`flights`');
    const { count } = world.writes;
    await world.sweep();
    expect(world.writes.count).toBe(count);
    await world.client().issues.update({ owner, repo, issue_number: said?.number ?? 0, state: 'closed' });
    await world.sweep();
    expect(await issues()).toEqual([]);
    scheduledRun(Date.now() + 3 * DAY);
    await world.sweep();
    expect(await issues()).toEqual([]);
    world.aheadMs = 6 * DAY;
    await world.sweep();
    expect(await issues()).toHaveLength(1);
    scheduledRun(Date.now() + 6 * DAY);
    await world.sweep();
    expect(await issues()).toEqual([]);
    expect(world.github.violations).toEqual([]);
  });
});

function scheduledRun(atMs: number): void {
  const createdAt = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
  world.addRun(NAME, { name: 'model-watch', event: 'schedule', headBranch: 'main', headSha: main, createdAt });
}
