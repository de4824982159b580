import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flightsConfig } from '../../testkit/flights-config.ts';
import { BotWorld } from './bot-world.ts';

const NAME = 'acme/scheduled';
const DAY = 24 * 3_600_000;
/** An hour ago, every day. */
const earlier = new Date(Date.now() - 3_600_000);
const CONFIG = flightsConfig(
  `drift: { current: log.parquet, retrain: { cooldown: 2h, schedule: "${earlier.getUTCMinutes()} ${earlier.getUTCHours()} * * *", update: x } }`,
);

let world: BotWorld;
let main: string;
const started: string[] = [];
beforeAll(async () => {
  world = await BotWorld.start(1, {
    github: {
      onDispatch: async ({ workflow, inputs }) => {
        started.push(`${workflow} ${inputs.model}`);
        const createdAt = `${new Date(Date.now() + world.aheadMs).toISOString().slice(0, 19)}Z`;
        world.addRun(NAME, {
          name: 'model-retrain',
          event: 'workflow_dispatch',
          headBranch: 'main',
          headSha: main,
          createdAt,
        });
        return true;
      },
    },
  });
  await world.github.createRepository(NAME);
  main = await world.commit(await world.clone(NAME), 'main', {
    'tidegate.yaml': CONFIG,
    '.github/workflows/model-retrain.yml': 'on: { workflow_dispatch: {} }\njobs: {}\n',
  });
  await world.settle();
});
afterAll(() => world?.stop());

describe('retraining with a schedule', { timeout: 120_000 }, () => {
  it('starts once for each time of it, whatever is delivered again', async () => {
    await world.sweep();
    await world.sweep();
    expect(started).toEqual(['model-retrain.yml flights']);
    world.aheadMs = DAY - 2 * 3_600_000;
    await world.sweep();
    expect(started).toHaveLength(1);
    world.aheadMs = DAY;
    await world.sweep();
    await world.sweep();
    expect(started).toEqual(['model-retrain.yml flights', 'model-retrain.yml flights']);
    expect(world.github.violations).toEqual([]);
  });
});
