import { afterEach, describe, expect, it } from 'vitest';
import { digestOf, manifest, PromotionWorld, uriOf } from './promotion-world.ts';

const HEALTH =
  'health: { from: argocd, context: continuous-delivery/flights-staging, creator: argocd, deadline: 30m, settle: 10m },';
let world: PromotionWorld;
afterEach(() => world.stop());

describe('two replicas that get every event at once', { timeout: 240_000 }, () => {
  it('open one pull request, answer once, and put one hold', async () => {
    world = await PromotionWorld.start({ staging: HEALTH }, 2);
    await world.register('0.1.0', 'a');
    const staging = 'Promote flights v0.1.0 to staging';
    expect(await world.titles()).toEqual([staging]);
    const number = await world.numberOf(staging);
    expect(await world.say(number, '/tidegate plan')).toContain('staging');
    expect(await world.answersUnder(number)).toBe(1);
    await world.merge(staging);
    await world.health('failure');
    await world.later(60_000);
    expect(await world.issues('tidegate/hold')).toHaveLength(1);
    const rollback = 'Roll back flights in staging to s3://somewhere/else';
    expect(await world.titles()).toEqual(['Promote flights v0.1.0 to production', rollback]);
    await world.merge(rollback);
    expect(await world.file('k8s/staging.yaml')).toBe(manifest('s3://somewhere/else'));
    await world.register('0.2.0', 'b');
    expect(await world.titles()).toEqual(['Promote flights v0.2.0 to staging']);
    await world.merge('Promote flights v0.2.0 to staging');
    expect(await world.file('k8s/staging.yaml')).toBe(manifest(uriOf(digestOf('b'))));
    await world.later(60_000);
    const written = world.bot.writes.count;
    await world.later(60_000);
    expect(world.bot.writes.count).toBe(written);
    expect(world.bot.github.violations).toEqual([]);
  });
});
