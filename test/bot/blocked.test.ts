import { afterEach, describe, expect, it } from 'vitest';
import { digestOf, manifest, PromotionWorld, uriOf } from './promotion-world.ts';
import { Writer } from './writer.ts';

const TIMEOUT = { timeout: 180_000 };
const STAGING = 'Promote flights v0.1.0 to staging';
let world: PromotionWorld;
afterEach(() => world.stop());

async function blockedIssues(state: 'open' | 'all' = 'open') {
  const at = { owner: 'acme', repo: 'flights', state, labels: 'tidegate/blocked' };
  return (await world.bot.client().issues.listForRepo(at)).data;
}

describe('a pull request that the bot cannot open', TIMEOUT, () => {
  it('because of a branch named tidegate is told in an issue, which is closed when it works', async () => {
    world = await PromotionWorld.start({});
    const writer = await Writer.of(world);
    await writer.git(['push', '--quiet', 'origin', 'origin/main:refs/heads/tidegate']);
    await world.register('0.1.0', 'a');
    expect(await world.open()).toEqual({});
    const [issue, ...more] = await blockedIssues();
    expect(more).toEqual([]);
    expect(issue).toMatchObject({
      title: 'Cannot promote flights v0.1.0 to staging',
      user: { login: 'tidegate[bot]' },
    });
    expect(issue?.body).toContain(
      'the branch tidegate/promote/flights/staging cannot be created: the branch tidegate exists',
    );
    expect(issue?.body).toContain('**Fix:** Rename the branch tidegate');
    expect(await world.say(issue?.number ?? 0, '/tidegate promote staging')).toContain('Rename the branch tidegate');
    // Nothing is said twice.
    world.bot.writes.arm();
    await world.bot.sweep();
    expect(world.bot.writes.writes.filter((write) => !/git\/(trees|commits|refs)/.test(write))).toEqual([]);

    await writer.git(['push', '--quiet', 'origin', ':refs/heads/tidegate']);
    await world.bot.sweep();
    expect(Object.keys(await world.open())).toEqual([STAGING]);
    expect(await blockedIssues()).toEqual([]);
    expect(world.bot.github.violations).toEqual([]);
  });

  it('because of a manifest is told once for each reason, and not again when a person closes the issue', async () => {
    world = await PromotionWorld.start({});
    await world.push({ 'k8s/staging.yaml': 'kind: Other\n' });
    await world.register('0.1.0', 'a');
    const [issue] = await blockedIssues();
    expect(issue?.body).toContain('k8s/staging.yaml');
    await world.bot
      .client()
      .issues.update({ owner: 'acme', repo: 'flights', issue_number: issue?.number ?? 0, state: 'closed' });
    await world.bot.sweep();
    expect(await blockedIssues('all')).toHaveLength(1);
    await world.push({ 'k8s/staging.yaml': 'kind: [\n' });
    expect(await blockedIssues()).toHaveLength(1);
    await world.push({ 'k8s/staging.yaml': manifest(uriOf(digestOf('b'))) });
    await world.bot.sweep();
    expect(await blockedIssues()).toEqual([]);
    expect(Object.keys(await world.open())).toEqual([STAGING]);
  });

  it('is no one’s to forge: an issue of a person with its text is left alone', async () => {
    world = await PromotionWorld.start({});
    await world.push({ 'k8s/staging.yaml': 'kind: Other\n' });
    await world.register('0.1.0', 'a');
    const [own] = await blockedIssues();
    const issues = world.bot.client().issues;
    await issues.create({
      owner: 'acme',
      repo: 'flights',
      title: 'x',
      body: own?.body ?? '',
      labels: ['tidegate/blocked'],
    });
    await world.push({ 'k8s/staging.yaml': manifest(uriOf(digestOf('b'))) });
    await world.bot.sweep();
    expect((await blockedIssues()).map(({ title }) => title)).toEqual(['x']);
  });
});
