import { describe, expect, it } from 'vitest';
import { describeOutcome } from '../../../../core/render/promotion/outcome.ts';
import { mergePromotions } from '../../../../core/usecases/promote/merge-promotions.ts';
import { conditionsFor } from '../../../../core/usecases/promote/promotion-conditions.ts';
import { reconcilePromotions } from '../../../../core/usecases/promote/reconcile-promotions.ts';
import { reconcileRollbacks } from '../../../../core/usecases/promote/reconcile-rollbacks.ts';
import { refreshPromotionChecks } from '../../../../core/usecases/promote/refresh-promotion-checks.ts';
import { InMemoryRepository } from './in-memory-repository.ts';

const MINUTE = 60_000;

/** What one event does, as the bot does it. */
async function reconcile(repository: InMemoryRepository) {
  const before = await repository.read();
  const rolledBack = await reconcileRollbacks(before, repository);
  const { situation } = rolledBack;
  const promoted = await reconcilePromotions(situation, repository);
  const { base } = situation;
  const refreshed = { config: repository.config, baseSha: base.sha, self: situation.self, which: 'own' as const };
  const unmet = await refreshPromotionChecks(refreshed, repository, async () => new Map([['flights', situation]]));
  const merged = await mergePromotions({ model: 'flights', base, steps: promoted.steps }, repository);
  return { rolledBack, promoted, unmet, merged };
}

describe('one situation of a model', () => {
  it('serves rollbacks, promotions, checks and merges of an event', async () => {
    const repository = new InMemoryRepository();
    await repository.register('0.1.0', 'a');
    repository.tags.lists = 0;
    repository.issues.lists = 0;
    const { promoted, unmet } = await reconcile(repository);
    expect(promoted.outcomes).toEqual([
      { environment: 'staging', kind: 'opened', number: 1, version: '0.1.0' },
      { environment: 'production', kind: 'nothing-to-propose', reason: 'waits for staging' },
    ]);
    expect(unmet).toEqual([]);
    expect(repository.checks.checks).toMatchObject([{ name: 'tidegate / promotion', conclusion: 'success' }]);
    // Stops and holds are two lists.
    expect([repository.tags.lists, repository.issues.lists]).toEqual([1, 2]);
  });

  it('merges what was opened in the same event only where a check is required', async () => {
    const repository = new InMemoryRepository();
    await repository.register('0.1.0', 'a');
    const { merged } = await reconcile(repository);
    expect(merged).toEqual([{ environment: 'staging', kind: 'no-required-checks', number: 1, base: 'main' }]);
    repository.pullRequests.required.set('main', ['tidegate / promotion']);
    const reason = 'a required check has not succeeded';
    expect((await reconcile(repository)).merged).toEqual([
      { environment: 'staging', kind: 'not-merged-yet', number: 1, reason },
    ]);
  });

  it('knows the hold that it opened itself, without reading the issues again', async () => {
    const repository = new InMemoryRepository();
    await repository.register('0.1.0', 'a');
    await repository.deploy('staging', 'a');
    await repository.register('0.2.0', 'b');
    repository.nowMs += 30 * MINUTE;
    await repository.deploy('staging', 'b');
    await repository.say('failure');
    repository.nowMs += 30 * MINUTE;
    repository.issues.lists = 0;
    const { rolledBack, promoted } = await reconcile(repository);
    expect(rolledBack.outcomes).toEqual([
      { environment: 'staging', kind: 'opened-rollback', number: 1, version: '0.2.0' },
    ]);
    expect(rolledBack.situation.controls.holds).toMatchObject([
      { environment: 'staging', version: '0.2.0', isOpen: true, cause: 'signal' },
    ]);
    const { config, running } = rolledBack.situation;
    const [staging] = config.environments;
    const version = running[0]?.version;
    if (staging === undefined || version === undefined) throw new Error('staging runs nothing');
    const waiting = await conditionsFor(staging, version, rolledBack.situation);
    expect(waiting.map(({ kind }) => kind)).toContain('hold');
    expect(promoted.outcomes.map(({ kind }) => kind)).toEqual(['nothing-to-propose', 'opened']);
    expect(repository.issues.lists).toBe(2);
  });

  it('writes nothing the second time', async () => {
    const repository = new InMemoryRepository();
    await repository.register('0.1.0', 'a');
    await reconcile(repository);
    const { promoted } = await reconcile(repository);
    expect(promoted.outcomes[0]).toEqual({ environment: 'staging', kind: 'up-to-date', number: 1 });
    expect(repository.checks.writes).toBe(1);
  });

  it('names of the tags that are not trusted those that somebody may mean, whatever else was looked at', async () => {
    const repository = new InMemoryRepository();
    await repository.register('0.1.0', 'a');
    const { sha: commit } = await repository.commits.default();
    for (const version of ['0.0.1', '0.3.0']) {
      await repository.tags.create({ name: `flights@v${version}`, message: 'by hand', commit });
    }
    const { catalog } = await repository.read();
    const above = [
      { version: '0.3.0', reason: 'its tag has no line from Tidegate', isForeign: true, isExpired: false },
    ];
    expect(await catalog.refusedAmong([])).toEqual(above);
    expect(await catalog.find('0.0.1')).toBeUndefined();
    expect(catalog.refused()).toHaveLength(2);
    expect(await catalog.refusedAmong([])).toEqual(above);
  });
});

describe('describeOutcome', () => {
  it.each([
    [{ environment: undefined, kind: 'tag-not-trusted', version: '1.0.0', reason: 'why' }, 'not trusted: v1.0.0: why'],
    [{ environment: 'staging', kind: 'opened', number: 3, version: '1.0.0' }, 'staging: opened #3 for v1.0.0'],
    [
      { environment: 'staging', kind: 'verified-late', version: '1.0.0', closed: [3, 4] },
      'staging: v1.0.0 is verified in staging now: it was only late. Closed #3, #4',
    ],
    [
      { environment: 'staging', kind: 'not-merged-yet', number: 3, reason: 'GitHub says it is blocked' },
      'staging: #3 is not merged yet: GitHub says it is blocked',
    ],
  ] as const)('says %j', (outcome, text) => {
    expect(describeOutcome(outcome)).toBe(text);
  });
});
