import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BotProgram } from './bot-program.ts';
import { digestOf, manifest, PromotionWorld, uriOf } from './promotion-world.ts';

const HEALTH = 'health: { from: argocd, context: continuous-delivery/flights-staging, creator: argocd, settle: 1s },';
const SOON = { timeout: 120_000, interval: 200 };
let world: PromotionWorld;
let bot: BotProgram;
afterEach(() => world.stop());

/** Kills the bot with its n-th write from now on: the write is done, and its answer never comes. */
function killAtWrite(count: number): Promise<void> {
  return new Promise((resolve) => {
    world.bot.writes.arm(count, () => {
      bot.kill();
      resolve();
    });
  });
}

async function startAgain(): Promise<void> {
  await vi.waitFor(() => expect(bot.isRunning).toBe(false), SOON);
  world.bot.writes.arm();
  await bot.start();
}

describe('kill -9 of the bot', { timeout: 400_000 }, () => {
  it('between its writes loses nothing and makes nothing twice: tag, merge, bad rollout, and back', async () => {
    world = await PromotionWorld.start({ staging: HEALTH }, 0);
    bot = await world.bot.program();
    await bot.start();
    // The tree and the commit are made; the branch, the pull request and the check are not.
    const first = killAtWrite(2);
    await world.register('0.1.0', 'a');
    await first;
    expect(await world.titles()).toEqual([]);
    await startAgain();
    const staging = 'Promote flights v0.1.0 to staging';
    await vi.waitFor(async () => expect(await world.titles()).toEqual([staging]), SOON);

    // Merged while no one listens; then the branch of the next one is made, and no pull request.
    bot.kill();
    await world.merge(staging);
    const second = killAtWrite(3);
    await bot.start();
    await second;
    await startAgain();
    const production = 'Promote flights v0.1.0 to production';
    await vi.waitFor(async () => expect(await world.titles()).toEqual([production]), SOON);

    // A bad rollout: the hold is put, its rollback is not.
    const third = killAtWrite(1);
    await world.health('failure');
    await third;
    await startAgain();
    const rollback = 'Roll back flights in staging to s3://somewhere/else';
    await vi.waitFor(async () => expect(await world.titles()).toEqual([production, rollback]), SOON);
    expect(await world.issues('tidegate/hold')).toHaveLength(1);
    await world.merge(rollback);
    await vi.waitFor(async () => expect(await world.titles()).toEqual([]), SOON);
    expect(await world.file('k8s/staging.yaml')).toBe(manifest('s3://somewhere/else'));
    expect(await world.file('k8s/staging.yaml')).not.toContain(uriOf(digestOf('a')));
    expect(world.bot.github.violations).toEqual([]);
  });
});
