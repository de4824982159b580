import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PromotionWorld } from './promotion-world.ts';

let world: PromotionWorld;
beforeAll(async () => {
  world = await PromotionWorld.start({});
  await world.register('0.1.0', 'a');
});
afterAll(() => world?.stop());

/** Requests of the bot for a comment. */
async function spent(issue: number, body: string, by: string): Promise<number> {
  world.bot.writes.arm();
  await world.say(issue, body, by);
  return world.bot.writes.requests;
}

describe('comments of a stranger', () => {
  it('cost one answer per issue and minute, and no request beyond it', async () => {
    const issue = await world.openIssue('A question', []);
    const body = Array.from({ length: 5 }, () => '/tidegate plan').join('\n');
    const first = await spent(issue, body, 'stranger');
    const more = [await spent(issue, body, 'stranger'), await spent(issue, '/tidegate help', 'stranger')];
    // One plan is answered, not five.
    expect(first).toBeLessThanOrEqual(20);
    expect(more).toEqual([0, 0]);
    expect(await world.answersUnder(issue)).toBe(1);
    world.bot.aheadMs += 61_000;
    await spent(issue, '/tidegate help', 'stranger');
    expect(await world.answersUnder(issue)).toBe(2);
  });

  it('are refused what needs write permission with one question about it', async () => {
    const issue = await world.openIssue('Another question', []);
    const help = await spent(await world.openIssue('A third', []), '/tidegate help', 'stranger');
    const refused = await spent(
      issue,
      '/tidegate retry\n/tidegate hold x\n/tidegate unhold\n/tidegate retrain',
      'stranger',
    );
    expect(refused).toBe(help + 1);
  });

  it('do not keep a person with write permission from an answer', async () => {
    const issue = await world.openIssue('A fourth', []);
    await spent(issue, '/tidegate help', 'stranger');
    await spent(issue, '/tidegate plan', 'mona');
    expect(await world.answersUnder(issue)).toBe(2);
  });
});
