import assert from 'node:assert/strict';
import { NODES } from './control-plane.ts';
import { valueAt } from './kubernetes-api.ts';
import { gateOpens, heldAndTakenBack, lastWord, mergeToLive, type Seconds } from './measure.ts';
import { DEADLINE_SECONDS, ENVIRONMENTS, jobManifest, type ModelEnvironment, SETTLE_SECONDS } from './repository.ts';
import { waitUntil } from './wait-until.ts';
import type { Observer } from './world.ts';

/** Figures of a scenario by what they are of; seconds since the merge. */
export type Figures = Readonly<Record<string, Seconds | string>>;

/** Something that happens to a model on its way, and what has to come of it. */
export interface Scenario {
  readonly name: string;
  run(observer: Observer): Promise<Figures>;
}

const { staging, production, batch, served } = ENVIRONMENTS;
const promotes = (version: string, { name }: ModelEnvironment) => `Promote flights v${version} to ${name}`;

/** A healthy version: it is live, said to be healthy, and opens the next gate only after it has settled. */
async function promote(
  observer: Observer,
  environment: ModelEnvironment,
  { version, letter, method, opens }: { version: string; letter: string; method: 'merge' | 'squash'; opens?: string },
): Promise<Figures> {
  const { merge, live } = await mergeToLive(observer, environment, {
    title: promotes(version, environment),
    method,
    letter,
  });
  const success = await lastWord(observer, { environment, merge, word: 'success' });
  if (opens === undefined) return { live, success };
  const verified = await gateOpens(observer, opens, merge);
  assert.ok(verified >= SETTLE_SECONDS, `${environment.name} was verified ${verified} s after the merge`);
  await noHold(observer, version, environment);
  return { live, success, verified };
}

async function noHold(observer: Observer, version: string, { name }: ModelEnvironment): Promise<void> {
  const held = (await observer.promotion.issues('tidegate/hold')).map(({ title }) => title);
  assert.ok(!held.includes(`Hold flights v${version} in ${name}`), `v${version} is held in ${name}`);
  const back = (await observer.promotion.titles()).filter((title) => title.startsWith(`Roll back flights in ${name} `));
  assert.deepEqual(back, []);
}

/** A broken version: it is held, and its rollback brings back a version that is verified and not held. */
async function rollBack(
  observer: Observer,
  environment: ModelEnvironment,
  broken: { version: string; letter: string; method: 'merge' | 'squash'; word: 'failure' | 'pending' },
  before: { version: string; letter: string | undefined },
): Promise<Figures> {
  const { version, method, letter, word } = broken;
  const title = promotes(version, environment);
  const { merge, live } = await mergeToLive(observer, environment, { title, method, letter });
  const said = await lastWord(observer, { environment, merge, word });
  const back = await heldAndTakenBack(observer, { version, environment, merge });
  const words = await observer.said(environment, merge.sha);
  assert.notEqual(words.at(-1), 'success', `the last word about a broken version is ${words.join(', ')}`);
  const again = await mergeToLive(observer, environment, {
    title: back.title,
    method: 'squash',
    letter: before.letter,
  });
  const success = await lastWord(observer, { environment, merge: again.merge, word: 'success' });
  await settled();
  await noHold(observer, before.version, environment);
  return {
    live,
    [word]: said,
    'hold + rollback': back.seconds,
    'rollback -> live': again.live,
    'its success': success,
  };
}

/** Longer than a word has to last, and than the bot takes to act on it. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, (SETTLE_SECONDS + 3) * 1000));
}

/** All that runs without KServe, in order: each scenario starts where the one before ended. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'v0.1.0 to staging, squash',
    run: async (observer) => {
      await observer.promotion.register('0.1.0', 'a');
      const opens = promotes('0.1.0', production);
      return promote(observer, staging, { version: '0.1.0', letter: 'a', method: 'squash', opens });
    },
  },
  {
    name: 'v0.1.0 to production, merge commit after a long review, an Application with sources',
    run: (observer) => {
      // Longer than the deadline: it counts from the merge, not from when the branch was written.
      observer.bot.aheadMs += 2 * DEADLINE_SECONDS * 1000;
      const opens = promotes('0.1.0', ENVIRONMENTS.later);
      return promote(observer, production, { version: '0.1.0', letter: 'a', method: 'merge', opens });
    },
  },
  {
    name: 'v0.1.0 to batch: a Job, which the API server refuses',
    run: refusedJob,
  },
  {
    name: 'v0.2.0 to staging, merge commit: a model that never comes up',
    run: async (observer) => {
      await observer.promotion.register('0.2.0', 'b');
      const broken = { version: '0.2.0', letter: 'b', method: 'merge', word: 'failure' } as const;
      return rollBack(observer, staging, broken, { version: '0.1.0', letter: 'a' });
    },
  },
  {
    name: 'v0.3.0 to staging, squash: a crash loop',
    run: async (observer) => {
      await observer.promotion.register('0.3.0', 'c');
      const broken = { version: '0.3.0', letter: 'c', method: 'squash', word: 'failure' } as const;
      return rollBack(observer, staging, broken, { version: '0.1.0', letter: 'a' });
    },
  },
  {
    name: 'v0.4.0 to batch: the same Job with Force=true,Replace=true',
    run: async (observer) => {
      const options = { 'argocd.argoproj.io/sync-options': 'Force=true,Replace=true' };
      await observer.promotion.push({ 'k8s/batch.yaml': jobManifest(options) });
      await observer.promotion.register('0.4.0', 'd');
      return promote(observer, batch, { version: '0.4.0', letter: 'd', method: 'squash' });
    },
  },
  {
    name: 'v0.4.0 to staging, then its node is drained',
    run: drainedNode,
  },
];

async function refusedJob(observer: Observer): Promise<Figures> {
  const merge = await observer.merge(promotes('0.1.0', batch), 'squash');
  const failure = await lastWord(observer, { environment: batch, merge, word: 'failure' });
  assert.ok(!(await observer.said(batch, merge.sha)).includes('success'), 'a refused commit was called a success');
  assert.equal(await observer.liveModel(batch), 's3://models/none');
  const back = await heldAndTakenBack(observer, { version: '0.1.0', environment: batch, merge });
  const again = await mergeToLive(observer, batch, { title: back.title, method: 'squash', letter: undefined });
  const success = await lastWord(observer, { environment: batch, merge: again.merge, word: 'success' });
  const phase = valueAt(await observer.application(batch.application), ['status', 'operationState', 'phase']);
  return {
    failure,
    'hold + rollback': back.seconds,
    'its success': success,
    'last sync': `${phase}: nothing had to be synced for the rollback`,
  };
}

async function drainedNode(observer: Observer): Promise<Figures> {
  const opens = promotes('0.4.0', production);
  const { merge } = await mergeToLive(observer, staging, {
    title: promotes('0.4.0', staging),
    method: 'squash',
    letter: 'd',
  });
  await gateOpens(observer, opens, merge);
  const pods = { apiVersion: 'v1', kind: 'Pod', namespace: staging.application };
  const [pod] = await observer.api.list(pods);
  assert.ok(pod !== undefined && NODES.some((node) => node === valueAt(pod, ['spec', 'nodeName'])));
  const before = (await observer.said(staging, merge.sha)).length;
  const drainedAt = { ...merge, atMs: performance.now() };
  await observer.api.evict({ name: pod.metadata.name, namespace: staging.application });
  const wentDown = async () => (await observer.said(staging, merge.sha)).slice(before).includes('pending');
  await waitUntil(wentDown, { what: 'a pending after the drain', explain: () => observer.titles() });
  const success = await lastWord(observer, { environment: staging, merge: drainedAt, word: 'success' });
  const verified = await gateOpens(observer, opens, drainedAt);
  await noHold(observer, '0.4.0', staging);
  return { 'drain -> success': success, 'verified again': verified };
}

/** Set-up with a built KServe controller: health comes from its status, through our health check. */
export const KSERVE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'KServe: v0.5.0, squash',
    run: async (observer) => {
      await observer.promotion.register('0.5.0', 'e');
      return promote(observer, served, { version: '0.5.0', letter: 'e', method: 'squash' });
    },
  },
  {
    name: 'KServe: v0.6.0, merge commit: a model that never comes up, by the deadline',
    run: async (observer) => {
      await observer.promotion.register('0.6.0', 'f');
      const broken = { version: '0.6.0', letter: 'f', method: 'merge', word: 'pending' } as const;
      return rollBack(observer, served, broken, { version: '0.5.0', letter: 'e' });
    },
  },
  {
    name: 'KServe: v0.7.0, squash: a crash loop, by the deadline',
    run: async (observer) => {
      await observer.promotion.register('0.7.0', '0');
      const broken = { version: '0.7.0', letter: '0', method: 'squash', word: 'pending' } as const;
      return rollBack(observer, served, broken, { version: '0.5.0', letter: 'e' });
    },
  },
];
