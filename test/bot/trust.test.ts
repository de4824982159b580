import { afterEach, describe, expect, it } from 'vitest';
import { digestOf, manifest, PromotionWorld, uriOf } from './promotion-world.ts';
import { Writer } from './writer.ts';

const HOUR = 3_600_000;
const STAGING = 'Promote flights v0.1.0 to staging';
const PRODUCTION = 'Promote flights v0.1.0 to production';
const CHECK = 'tidegate / promotion';
const TIMEOUT = { timeout: 180_000 };
let world: PromotionWorld;
afterEach(() => world.stop());

/** A world whose version 0.1.0 runs in staging and production. */
async function running(environments: Parameters<typeof PromotionWorld.start>[0] = {}): Promise<Writer> {
  world = await PromotionWorld.start(environments);
  await world.register('0.1.0', 'a');
  await world.merge(STAGING);
  await world.later(25 * HOUR);
  await world.merge(PRODUCTION);
  return Writer.of(world);
}

/** The check of the pull request "A change". */
async function checkOfChange() {
  return world.check((await world.open())['A change']?.head ?? '');
}

describe('a tag that no release made', TIMEOUT, () => {
  it('reaches no environment, and stands in no later version’s way, though everything merges by itself', async () => {
    world = await PromotionWorld.start({ staging: 'auto-merge: true,', production: 'auto-merge: true,' });
    world.requireChecks([CHECK]);
    const runId = await world.register('0.1.0', 'a');
    await world.later(60_000);
    await world.later(60_000);
    expect(await world.file('k8s/production.yaml')).toBe(manifest(uriOf(digestOf('a'))));
    const writer = await Writer.of(world);
    await writer.forgeTag('9.9.9', { uri: uriOf(digestOf('e')), digest: digestOf('e'), runId });
    await writer.forgeTag('9.9.8', { uri: 's3://models/flights/anything', digest: digestOf('a'), runId });
    await world.later(60_000);
    expect(await world.open()).toEqual({});
    await world.register('0.2.0', 'b');
    await world.later(60_000);
    await world.later(60_000);
    for (const file of ['k8s/staging.yaml', 'k8s/production.yaml'])
      expect(await world.file(file)).toBe(manifest(uriOf(digestOf('b'))));
  });

  it('fails the check of a manifest that names it, which lists it with the reason', async () => {
    const writer = await running({ production: 'soak: 24h,' });
    // Older ones and those with the digest of what runs count no more than others.
    await writer.forgeTag('0.0.1', { uri: 'https://attacker.example/model', digest: digestOf('a') });
    await world.proposeBy('writer', { 'k8s/production.yaml': manifest('https://attacker.example/model') });
    expect(await checkOfChange()).toEqual({ is: 'failure', title: 'A target does not name a registered version' });
    const { data } = await world.bot.client().checks.listForRef({
      ...{ owner: 'acme', repo: 'flights', check_name: CHECK },
      ref: (await world.open())['A change']?.head ?? '',
    });
    expect(data.check_runs[0]?.output.summary).toContain('flights v0.0.1: its tag has no line from Tidegate');
  });

  it('is nothing to go back to, nor is a version that the environment has not run', async () => {
    const writer = await running();
    await writer.forgeTag('0.0.1', { uri: uriOf(digestOf('e')), digest: digestOf('e') });
    const issue = await world.openIssue('Odd predictions', []);
    expect(await world.say(issue, '/tidegate rollback 0.0.1', 'writer')).toMatch(
      /There is no version 0\.0\.1.*not trusted/,
    );
    await world.register('0.2.0', 'b');
    const rollback = await world.say(issue, '/tidegate rollback 0.2.0', 'writer');
    expect(rollback).toContain('production has not run v0.2.0 before');
    expect(Object.keys(await world.open())).toEqual(['Promote flights v0.2.0 to staging']);
  });

  it('tells the one who asks for a promotion why there is none', async () => {
    world = await PromotionWorld.start({});
    const writer = await Writer.of(world);
    await writer.forgeTag('0.1.0', { uri: uriOf(digestOf('e')), digest: digestOf('e') });
    const issue = await world.openIssue('Why?', []);
    expect(await world.say(issue, '/tidegate promote staging')).toMatch(/not trusted: v0\.1\.0: /);
  });
});

describe('a commit in the bot’s name', TIMEOUT, () => {
  it('is not merged by it, and is left alone', async () => {
    world = await PromotionWorld.start({ staging: 'auto-merge: true,' });
    world.requireChecks([CHECK, 'tidegate']);
    await world.register('0.1.0', 'a');
    const before = await world.file('train.py');
    const writer = await Writer.of(world);
    await writer.imitate('tidegate/promote/flights/staging', { 'train.py': 'evil\n' });
    await world.status((await world.open())[STAGING]?.head ?? '', 'tidegate', 'success');
    await world.later(60_000);
    expect(await world.file('train.py')).toBe(before);
    expect(Object.keys(await world.open())).toEqual([STAGING]);
  });
});

describe('a target that cannot be read', TIMEOUT, () => {
  it('fails the check of the pull request that brings it, at its event and at the next sweep', async () => {
    world = await PromotionWorld.start({});
    await world.proposeBy('writer', { 'k8s/staging.yaml': '#'.repeat(300 * 2 ** 10) });
    expect(await checkOfChange()).toMatchObject({ is: 'failure' });
    await world.proposeBy('writer', { 'k8s/staging.yaml': null, 'k8s/staging.yaml/a': 'a folder' });
    expect(await checkOfChange()).toMatchObject({ is: 'failure' });
    await world.bot.sweep();
    expect(await checkOfChange()).toMatchObject({ is: 'failure' });
  });
});

describe('a promotion that was pointed at another branch', TIMEOUT, () => {
  it('is not merged by the bot', async () => {
    world = await PromotionWorld.start({ staging: 'auto-merge: true,' });
    world.requireChecks([CHECK, 'tidegate']);
    await world.register('0.1.0', 'a');
    const writer = await Writer.of(world);
    await writer.git(['push', '--quiet', 'origin', 'origin/main:refs/heads/mine']);
    const { number = 0, head = '' } = (await world.open())[STAGING] ?? {};
    const pull = { owner: 'acme', repo: 'flights', pull_number: number };
    await world.bot.client('writer').pulls.update({ ...pull, base: 'mine' });
    await world.status(head, 'tidegate', 'success');
    await world.later(60_000);
    expect((await world.bot.client().pulls.get(pull)).data.merged).toBe(false);
  });
});

describe.each(['merge', 'squash', 'rebase', 'queue'] as const)('a promotion that is merged by %s', (method) => {
  it('soaks from the merge, however long it waited', TIMEOUT, async () => {
    world = await PromotionWorld.start({ production: 'soak: 24h,' });
    world.requireChecks([CHECK]);
    await world.register('0.1.0', 'a');
    await world.later(48 * HOUR);
    await world.merge(STAGING, method);
    const { head = '' } = (await world.open())[PRODUCTION] ?? {};
    await world.later(60_000);
    expect((await world.check(head)).title).toContain('soak in progress upstream');
    await world.later(24 * HOUR);
    expect(await world.check(head)).toMatchObject({ is: 'success' });
  });
});

describe('health', TIMEOUT, () => {
  const health = (settle: string, deadline = '30m') =>
    `health: { from: argocd, context: continuous-delivery/flights-staging, creator: argocd, deadline: ${deadline}, settle: ${settle} },`;

  it('that was said of the version before says nothing of the next one', async () => {
    world = await PromotionWorld.start({ staging: health('1m') });
    await world.register('0.1.0', 'a');
    await world.later(2 * HOUR);
    await world.health('success');
    await world.later(2 * HOUR);
    await world.merge(STAGING, 'merge');
    const { head = '' } = (await world.open())[PRODUCTION] ?? {};
    expect((await world.check(head)).title).toContain('no health status yet');
    // The merge is not late, though its branch is: no deadline has passed.
    expect(await world.issues('tidegate/hold')).toEqual([]);
  });

  it('takes back what a deadline opened, where the version is verified after all', async () => {
    world = await PromotionWorld.start({ staging: health('1m') });
    await world.register('0.1.0', 'a');
    await world.merge(STAGING);
    await world.later(31 * 60_000);
    const rollback = 'Roll back flights in staging to s3://somewhere/else';
    expect(Object.keys(await world.open())).toContain(rollback);
    expect(await world.issues('tidegate/hold')).toHaveLength(1);
    await world.health('success');
    await world.later(2 * 60_000);
    expect(Object.keys(await world.open())).toEqual([PRODUCTION]);
    expect(await world.issues('tidegate/hold')).toEqual([]);
  });

  it('never takes an environment back to what failed there, or what is held', async () => {
    world = await PromotionWorld.start({ staging: health('1m') });
    await world.register('0.1.0', 'a');
    await world.merge(STAGING);
    await world.health('success');
    await world.later(HOUR);
    await world.register('0.2.0', 'b');
    await world.merge('Promote flights v0.2.0 to staging');
    await world.health('failure');
    await world.later(2 * 60_000);
    expect(await world.issues('tidegate/hold')).toHaveLength(1);
    // Meanwhile a person fixes it forward, and that fails too.
    await world.register('0.3.0', 'c');
    await world.merge('Promote flights v0.3.0 to staging');
    await world.health('failure');
    await world.later(2 * 60_000);
    expect(Object.keys(await world.open())).toContain('Roll back flights in staging to v0.1.0');
  });
});

describe('the promotion check', TIMEOUT, () => {
  const two = (text: string) =>
    text.replace(
      'targets: [{ file: k8s/production.yaml, kind: InferenceService, name: flights }]',
      'targets: [{ file: k8s/production.yaml, kind: InferenceService, name: flights }, { file: k8s/canary.yaml, kind: InferenceService, name: flights }]',
    );

  it.each([
    { name: 'a canary', first: uriOf(digestOf('a')), second: uriOf(digestOf('b')) },
    { name: 'placeholders', first: 's3://somewhere/else', second: 's3://somewhere/else' },
  ])('looks at each target, also of $name', async ({ first, second }) => {
    world = await PromotionWorld.start({});
    await world.register('0.1.0', 'a');
    await world.register('0.2.0', 'b');
    const config = two(await world.file('tidegate.yaml'));
    await world.push({
      'tidegate.yaml': config,
      'k8s/production.yaml': manifest(first),
      'k8s/canary.yaml': manifest(second),
    });
    await world.proposeBy('writer', { 'k8s/canary.yaml': manifest('https://attacker.example/model') });
    expect(await checkOfChange()).toMatchObject({ is: 'failure' });
  });

  it('finds a manifest behind more files than any list has', async () => {
    world = await PromotionWorld.start({});
    const files = Object.fromEntries(Array.from({ length: 320 }, (_, index) => [`a/${index}.txt`, `${index}\n`]));
    await world.proposeBy('writer', { ...files, 'k8s/production.yaml': manifest('https://attacker.example/model') });
    expect(await checkOfChange()).toMatchObject({ is: 'failure' });
  });

  it('fails where a target cannot be read, is gone, or was changed on both sides', async () => {
    world = await PromotionWorld.start({});
    await world.register('0.1.0', 'a');
    const honest = manifest(uriOf(digestOf('a')));
    await world.proposeBy('writer', { 'k8s/production.yaml': 'kind: [\n' });
    expect(await checkOfChange()).toMatchObject({ is: 'failure' });
    await world.proposeBy('writer', { 'k8s/production.yaml': null });
    expect(await checkOfChange()).toMatchObject({ is: 'failure' });
    await world.proposeBy('writer', { 'k8s/production.yaml': `${honest}# by the pull request\n` });
    await world.push({ 'k8s/production.yaml': `# by the default branch\n${manifest('s3://somewhere/else')}` });
    await world.later(60_000);
    expect(await checkOfChange()).toMatchObject({ is: 'failure' });
  });

  it('passes what changes nothing but a broken config, and nothing else', async () => {
    await running();
    const good = await world.file('tidegate.yaml');
    await world.push({ 'tidegate.yaml': 'version: 2\n' });
    await world.proposeBy('writer', { 'tidegate.yaml': good });
    expect(await checkOfChange()).toMatchObject({ is: 'success', title: 'Nothing but tidegate.yaml changes' });
    await world.proposeBy('writer', { 'tidegate.yaml': good, 'k8s/production.yaml': manifest('s3://evil') });
    expect(await checkOfChange()).toMatchObject({ is: 'failure' });
  });

  it('lets an environment go back without waiting, to what it had, and to nothing else', async () => {
    await running({ production: 'soak: 24h,' });
    await world.register('0.2.0', 'b');
    await world.merge('Promote flights v0.2.0 to staging');
    await world.later(25 * HOUR);
    await world.merge('Promote flights v0.2.0 to production');
    await world.proposeBy('writer', { 'k8s/production.yaml': manifest(uriOf(digestOf('a'))) });
    expect(await checkOfChange()).toMatchObject({ is: 'success' });
    // An older version that production never had waits like any other.
    await world.register('0.3.0', 'c');
    await world.proposeBy('writer', { 'k8s/production.yaml': manifest(uriOf(digestOf('c'))) });
    expect(await checkOfChange()).toMatchObject({ is: 'in_progress' });
  });
});
