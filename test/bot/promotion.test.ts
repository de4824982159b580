import { afterEach, describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import { formatReport } from '../../core/reports/read-report.ts';
import { SAMPLE_REPORTS } from '../core/reports/sample-reports.ts';
import { digestOf, manifest, PromotionWorld, uriOf } from './promotion-world.ts';

const HOUR = 3_600_000;
const STAGING = 'Promote flights v0.1.0 to staging';
const PRODUCTION = 'Promote flights v0.1.0 to production';
const TIMEOUT_MS = 180_000;
let world: PromotionWorld;

afterEach(() => world.stop());

async function started(
  environments: Parameters<typeof PromotionWorld.start>[0],
  requiredChecks: readonly string[] = [],
): Promise<void> {
  world = await PromotionWorld.start(environments);
  if (requiredChecks.length > 0) world.requireChecks(requiredChecks);
  await world.register('0.1.0', 'a');
}

describe('promotion', { timeout: TIMEOUT_MS }, () => {
  it('goes environment by environment, changes one value, and soaks before the next', async () => {
    await started({ production: 'soak: 24h,' });
    expect(Object.keys(await world.open())).toEqual([STAGING]);
    await world.merge(STAGING);
    expect(await world.file('k8s/staging.yaml')).toBe(manifest(uriOf(digestOf('a'))));
    const waiting = (await world.open())[PRODUCTION];
    expect(waiting?.body).toContain('soak in progress upstream, until');
    expect(await world.check(waiting?.head ?? '')).toMatchObject({ is: 'in_progress' });
    await world.later(24 * HOUR + 60_000);
    expect(await world.check(waiting?.head ?? '')).toEqual({ is: 'success', title: 'All conditions hold' });
    expect((await world.open())[PRODUCTION]?.body).toContain('All conditions hold: a person decides.');
    await world.merge(PRODUCTION);
    expect(await world.file('k8s/production.yaml')).toBe(manifest(uriOf(digestOf('a'))));
    const written = world.bot.writes.count;
    await world.later(HOUR);
    expect(world.bot.writes.count).toBe(written);
  });

  it('says in its text what the manifest does that its diff does not show', async () => {
    await started({});
    expect((await world.open())[STAGING]?.body).not.toContain('Before you merge');
    const text = manifest('s3://somewhere/else').replace('  predictor:\n', '  predictor:\n    minReplicas: 0\n');
    await world.push({ 'k8s/staging.yaml': text });
    await world.later(60_000);
    expect((await world.open())[STAGING]?.body).toMatch(/`k8s\/staging\.yaml:7` +\| a service without traffic/);
  });

  it('waits while an issue stops promotions, and in a freeze', async () => {
    // Half a year from the world's now, on whatever day the test runs.
    const month = ((new Date().getUTCMonth() + 6) % 12) + 1;
    await started({ staging: `freeze: [{ cron: "0 0 1 ${month} *", duration: 8d }],` });
    const { head = '' } = (await world.open())[STAGING] ?? {};
    const stop = await world.openIssue('Incident', ['tidegate/stop']);
    expect(await world.check(head)).toEqual({ is: 'in_progress', title: `Waits: #${stop} stops promotions` });
    await world.close(stop);
    expect(await world.check(head)).toMatchObject({ is: 'success' });
    const now = new Date();
    const inFreeze = Date.UTC(now.getUTCFullYear() + (month > now.getUTCMonth() + 1 ? 0 : 1), month - 1, 2);
    await world.later(inFreeze - now.getTime());
    const until = new Date(inFreeze + 7 * 24 * HOUR).toISOString().slice(0, 10);
    expect((await world.check(head)).title).toBe(`Waits: frozen by 0 0 1 ${month} * (UTC), until ${until} 00:00 UTC`);
  });

  it('takes a closed pull request for a no, until a person asks again or a newer version comes', async () => {
    await started({});
    const { number = 0 } = (await world.open())[STAGING] ?? {};
    await world.close(number);
    await world.later(HOUR);
    expect(await world.open()).toEqual({});
    expect(await world.say(number, '/tidegate promote staging')).toMatch(/opened \\#\u200b?\d+ for v0\.1\.0/);
    expect(Object.keys(await world.open())).toEqual([STAGING]);
    await world.later(HOUR);
    expect(Object.keys(await world.open())).toEqual([STAGING]);
    await world.register('0.2.0', 'b');
    expect(Object.keys(await world.open())).toEqual(['Promote flights v0.2.0 to staging']);
  });
});

describe('evidence in full', { timeout: TIMEOUT_MS }, () => {
  const report = { ...SAMPLE_REPORTS.evaluation, model: 'flights' };
  const [sample] = report.comparisons;
  if (sample === undefined) throw new Error('the sample has no comparison');
  const sliced = sample.metrics.map((metric) => ({ ...metric, slice: { column: 'weekday', value: 'Monday' } }));
  const against = (letter: string) => {
    const champion = { version: '0.1.0', digest: `sha256:${digestOf(letter)}` };
    return formatReport('evaluation', { ...report, comparisons: [{ ...sample, champion, metrics: sliced }] });
  };
  const sha256 = (text: string) => new FileArtifactHasher().hashText(text);

  it('comes from the run’s artifact, where it is what the tag names, and is downloaded once', async () => {
    await started({});
    await world.merge(STAGING);
    const uploaded = against('a');
    await world.register('0.2.0', 'b', { digest: sha256(uploaded), uploaded });
    const title = 'Promote flights v0.2.0 to staging';
    const { body = '' } = (await world.open())[title] ?? {};
    expect(body).toContain('slices against v0.1.0, worst first');
    expect(body).toContain('Monday');
    expect(body).toContain('the gate, as the release applied it');
    const { count } = world.bot.writes;
    await world.later(60_000);
    expect(world.bot.writes.count).toBe(count);
    expect((await world.open())[title]?.body).toBe(body);
  });

  it('is not taken from bytes that the tag does not name', async () => {
    await started({});
    await world.merge(STAGING);
    const uploaded = against('a');
    await world.register('0.2.0', 'b', { digest: sha256(uploaded), uploaded: uploaded.replace('Monday', 'Sunday') });
    const { body = '' } = (await world.open())['Promote flights v0.2.0 to staging'] ?? {};
    expect(body).not.toMatch(/Monday|Sunday/);
    expect(body).toContain('#### Evidence');
  });
});

describe('auto-merge', { timeout: TIMEOUT_MS }, () => {
  const CHECK = 'tidegate / promotion';

  it('leaves a branch that requires no checks to people', async () => {
    await started({ staging: 'auto-merge: true,' });
    await world.later(60_000);
    expect((await world.open())[STAGING]?.body).toContain('if none are required, a person merges');
  });

  it('merges the commit that it looked at, once the required checks have passed and no gate waits', async () => {
    await started({ staging: 'auto-merge: true,', production: 'soak: 1h, auto-merge: true,' }, [CHECK, 'tidegate']);
    const { head = '' } = (await world.open())[STAGING] ?? {};
    await world.later(60_000);
    expect(Object.keys(await world.open())).toEqual([STAGING]);
    await world.status(head, 'tidegate', 'success');
    expect(await world.file('k8s/staging.yaml')).toBe(manifest(uriOf(digestOf('a'))));
    const next = (await world.open())[PRODUCTION];
    await world.status(next?.head ?? '', 'tidegate', 'success');
    expect(Object.keys(await world.open())).toEqual([PRODUCTION]);
    await world.later(HOUR + 60_000);
    expect(await world.open()).toEqual({});
    expect(await world.file('k8s/production.yaml')).toBe(manifest(uriOf(digestOf('a'))));
  });

  it('leaves a pull request that a person changed, and one that is held', async () => {
    await started({ staging: 'auto-merge: true,' }, [CHECK]);
    expect(Object.keys(await world.open())).toEqual([PRODUCTION]);
    const stop = await world.openIssue('Incident', ['tidegate/stop']);
    await world.register('0.2.0', 'b');
    const title = 'Promote flights v0.2.0 to staging';
    await world.later(60_000);
    expect(Object.keys(await world.open())).toContain(title);
    await world.pushTo('tidegate/promote/flights/staging', { 'k8s/note.md': 'a person was here\n' });
    await world.close(stop);
    await world.later(60_000);
    expect(Object.keys(await world.open())).toContain(title);
  });
});

describe('health', { timeout: TIMEOUT_MS }, () => {
  const health =
    'health: { from: argocd, context: continuous-delivery/flights-staging, creator: argocd, deadline: 30m, settle: 10m },';

  it('verifies upstream by what the named creator says, once it has stood', async () => {
    await started({ staging: health });
    await world.merge(STAGING);
    const { head = '' } = (await world.open())[PRODUCTION] ?? {};
    await world.health('success', 'mallory');
    expect((await world.check(head)).title).toContain('no health status yet');
    await world.health('success');
    expect((await world.check(head)).title).toContain('healthy, and must stay healthy for a while');
    await world.later(11 * 60_000);
    expect(await world.check(head)).toMatchObject({ is: 'success' });
  });

  it('that fails puts a hold and opens a rollback with the exact values from before', async () => {
    await started({ staging: health });
    const before = await world.file('k8s/staging.yaml');
    await world.merge(STAGING);
    await world.health('error');
    expect(await world.issues('tidegate/hold')).toEqual([]);
    await world.health('failure');
    // Right after a sync that may be the last word about the version before.
    expect(await world.issues('tidegate/hold')).toEqual([]);
    await world.later(61_000);
    const [hold] = await world.issues('tidegate/hold');
    expect(hold?.title).toBe('Hold flights v0.1.0 in staging');
    const title = 'Roll back flights in staging to s3://somewhere/else';
    expect(Object.keys(await world.open())).toContain(title);
    expect((await world.check((await world.open())[PRODUCTION]?.head ?? '')).title).toContain('failed in staging');
    const written = world.bot.writes.count;
    await world.later(60_000);
    expect(world.bot.writes.count).toBe(written);
    await world.merge(title);
    expect(await world.file('k8s/staging.yaml')).toBe(before);
    expect(await world.open()).toEqual({});
    await world.close(hold?.number ?? 0);
    expect(await world.open()).toEqual({});
  });

  it('that says nothing before the deadline has failed; a person who closes the rollback keeps the version', async () => {
    await started({ staging: health });
    await world.merge(STAGING);
    await world.later(31 * 60_000);
    const rollback = (await world.open())['Roll back flights in staging to s3://somewhere/else'];
    expect(rollback?.body).toContain('it did not become healthy before its deadline');
    await world.close(rollback?.number ?? 0);
    await world.later(HOUR);
    expect(Object.keys(await world.open())).toEqual([PRODUCTION]);
  });

  it('that fails after it was verified rolls nothing back', async () => {
    await started({ staging: health.replace('settle: 10m', 'settle: 1s') });
    await world.merge(STAGING);
    await world.health('success');
    await world.later(5000);
    await world.health('failure');
    await world.later(61_000);
    expect(await world.issues('tidegate/hold')).toEqual([]);
  });

  it('is left to a newer version, which ends the hold', async () => {
    await started({ staging: health });
    await world.merge(STAGING);
    await world.health('failure');
    await world.later(61_000);
    expect(await world.issues('tidegate/hold')).toHaveLength(1);
    await world.register('0.2.0', 'b');
    await world.merge('Promote flights v0.2.0 to staging');
    expect(await world.issues('tidegate/hold')).toEqual([]);
    expect(Object.keys(await world.open())).toEqual(['Promote flights v0.2.0 to production']);
  });
});

describe('commands', { timeout: TIMEOUT_MS }, () => {
  it('are carried out for people who may write, answered once, and not asked twice', async () => {
    await started({});
    const { number = 0, head = '' } = (await world.open())[STAGING] ?? {};
    const asked = await world.say(number, '/tidegate help\n/tidegate plan\n/tidegate hold', 'stranger');
    expect(asked).toContain('/tidegate promote');
    expect(asked).toMatch(/staging\s+\| .*v0\.1\.0.*a person, who merges/);
    expect(asked).toContain('needs write permission');
    expect(await world.say(number, 'Hm.\n/tidegate hold looks @odd <b>')).toContain('holds v0.1.0 back from staging');
    expect((await world.check(head)).title).toMatch(/^Waits: #\d+ holds this version$/);
    const { deliveries } = world.bot.github.webhooks;
    const guid = deliveries.findLast(({ event }) => event === 'issue_comment')?.guid ?? '';
    const written = world.bot.writes.count;
    await world.bot.github.redeliver(guid);
    await world.bot.settle();
    expect(world.bot.writes.count).toBe(written);
    expect(await world.say(number, '/tidegate unhold')).toContain('Lifted');
    expect(await world.check(head)).toMatchObject({ is: 'success' });
  });

  it('are answered once though GitHub fails in between', async () => {
    await started({});
    const number = await world.numberOf(STAGING);
    let failures = 0;
    // The octokit of the bot tries each request three times more by itself.
    world.bot.writes.inject = (method, path) => {
      if (method !== 'POST' || !path.endsWith(`/issues/${number}/comments`) || failures >= 4) return undefined;
      failures += 1;
      return { status: 502, body: { message: 'Bad Gateway' } };
    };
    expect(await world.say(number, '/tidegate help')).toContain('/tidegate rollback');
    expect(failures).toBe(4);
    expect(await world.answersUnder(number)).toBe(1);
  });

  it('roll back to a version, and name what is not known', async () => {
    await started({});
    await world.merge(STAGING);
    await world.register('0.2.0', 'b');
    await world.merge('Promote flights v0.2.0 to staging');
    const number = await world.numberOf('Promote flights v0.2.0 to staging');
    expect(await world.say(number, '/tidegate rollback 9.9.9')).toContain('There is no version 9.9.9.');
    expect(await world.say(number, '/tidegate rollback v0.2.0')).toContain('staging runs v0.2.0.');
    expect(await world.issues('tidegate/hold')).toEqual([]);
    expect(await world.say(number, '/tidegate rollback v0.1.0')).toContain('which rolls v0.2.0 back');
    expect(await world.issues('tidegate/hold')).toHaveLength(1);
    await world.merge('Roll back flights in staging to v0.1.0');
    expect(await world.file('k8s/staging.yaml')).toBe(manifest(uriOf(digestOf('a'))));
    const issue = await world.openIssue('Odd predictions', []);
    expect(await world.say(issue, '/tidegate rollback')).toContain('production runs no known version.');
    expect(await world.say(issue, '/tidegate promote nowhere')).toContain('Known: staging, production.');
    expect(await world.say(issue, '/tidegate retrain')).toContain('drift.retrain is not configured');
    expect(await world.say(issue, '> /tidegate rollback')).toContain('drift.retrain is not configured');
  });
});
