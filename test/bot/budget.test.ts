import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PromotionWorld } from './promotion-world.ts';

const TABLE = new URL('../../docs/decisions/api-budget.md', import.meta.url);
let world: PromotionWorld;
let budget: ReadonlyMap<string, { readonly requests: number; readonly writes: number }>;

beforeAll(async () => {
  const rows = [...(await readFile(TABLE, 'utf8')).matchAll(/^\| ([^|]+?) +\| (\d+) +\| (\d+) +\|$/gm)];
  budget = new Map(
    rows.map(([, event = '', requests, writes]) => [event, { requests: Number(requests), writes: Number(writes) }]),
  );
  world = await PromotionWorld.start({});
});
afterAll(() => world?.stop());

async function spent(event: string, work: () => Promise<unknown>): Promise<void> {
  world.bot.writes.arm();
  await work();
  await world.bot.settle();
  const { requests, writes } = world.bot.writes;
  const allowed = budget.get(event);
  expect(allowed, `a row of ${event} in the page of budgets`).toBeDefined();
  expect(requests, `${event}: requests`).toBeLessThanOrEqual(allowed?.requests ?? 0);
  expect(writes.length, `${event}: ${writes.join(', ')}`).toBeLessThanOrEqual(allowed?.writes ?? 0);
}

describe('what an event costs', { timeout: 240_000 }, () => {
  it('stays within the page of budgets, row by row', async () => {
    await spent('a commit on the default branch that changes none of our files', () =>
      world.push({ 'README.md': 'x' }),
    );
    await spent('a new version tag (its commit, too)', () => world.register('0.1.0', 'a'));
    const staging = 'Promote flights v0.1.0 to staging';
    const number = await world.numberOf(staging);
    await spent('a sweep with nothing to do, one pull request open', () => world.bot.sweep());
    await spent('a comment without a command', () => world.say(number, 'looks good'));
    await spent('a comment with `/tidegate plan`', () => world.say(number, '/tidegate plan'));
    await spent('a comment with `/tidegate doctor`', () => world.say(number, '/tidegate doctor'));
    await spent('an issue without our labels', () => world.openIssue('A question', []));
    await spent('a commit status that no environment uses for health', () =>
      world.status(world.lastPushed, 'lint', 'success'),
    );
    await spent('a merge of a promotion, and the next one opens', () => world.merge(staging));
    await spent('a pull request of a person that changes no target', () =>
      world.proposeBy('mona', { 'README.md': 'y' }),
    );
    const stop = { number: 0 };
    await spent('an issue that stops promotions', async () => {
      stop.number = await world.openIssue('Incident', ['tidegate/stop']);
    });
    await spent('the same, closed', () => world.close(stop.number));
    expect(world.bot.github.violations).toEqual([]);
  });
});
