import type { BotProgram } from '../../../test/bot/bot-program.ts';
import { PromotionWorld } from '../../../test/bot/promotion-world.ts';
import { seededRandom } from '../../../testkit/seeded-random.ts';
import type { InjectedAnswer } from '../../../testkit/write-proxy.ts';

const WEBHOOKS = 2000;
const PER_SECOND = 100;
const COMMANDS = 20;
/** Each comment is delivered so often: GitHub delivers at least once. */
const DELIVERIES = 5;
const [owner, repo] = ['acme', 'flights'] as const;

/** Result of a storm of webhooks. */
export interface Storm {
  readonly webhooks: number;
  readonly seconds: number;
  /** Answers in place of GitHub's: 502, and 403 for a secondary limit. */
  readonly injected: number;
  readonly commands: number;
  readonly answers: number;
  /** The one pull request that has to be open is, and no other. */
  readonly isOpen: boolean;
  /** Resident memory of the bot's process at each quarter of two storms; bytes. */
  readonly residentBytes: readonly number[];
  /** Slowest answer to a webhook; milliseconds. */
  readonly slowestAnswerMs: number;
}

/** Sends signed webhooks at a rate, while GitHub fails now and then, and looks at what came of it. */
export async function weatherStorm(): Promise<Storm> {
  const world = await PromotionWorld.start({}, 0);
  try {
    const bot = await world.bot.program();
    await bot.start();
    await world.register('0.1.0', 'a');
    await untilIdle(bot);
    const bodies = await webhooksOf(world);
    const random = seededRandom(1);
    let injected = 0;
    world.bot.writes.inject = (method, path) => {
      const answer = path.includes('/access_tokens') ? undefined : failure(random.uniform(), method);
      injected += answer === undefined ? 0 : 1;
      return answer;
    };
    const startedAt = performance.now();
    const sent = await send(bot, world, bodies);
    await untilIdle(bot);
    // The same once more: what a first storm leaves in memory, a second one must not add to.
    const again = await send(bot, world, bodies);
    await untilIdle(bot);
    const seconds = (performance.now() - startedAt) / 1000;
    world.bot.writes.inject = () => undefined;
    const numbers = await commandIssues(world);
    const answers = await Promise.all(numbers.map((number) => world.answersUnder(number)));
    const isOpen = (await world.titles()).join() === 'Promote flights v0.1.0 to staging';
    return {
      webhooks: 2 * bodies.length,
      seconds,
      injected,
      commands: numbers.length,
      answers: answers.reduce((sum, count) => sum + count, 0),
      isOpen,
      slowestAnswerMs: Math.max(sent.slowestAnswerMs, again.slowestAnswerMs),
      residentBytes: [...sent.residentBytes, ...again.residentBytes],
    };
  } finally {
    await world.stop();
  }
}

function failure(chance: number, method: string): InjectedAnswer | undefined {
  if (chance < 0.1) return { status: 502, body: { message: 'Bad Gateway' } };
  if (chance < 0.15 && method !== 'GET') {
    return {
      status: 403,
      headers: { 'retry-after': '1' },
      body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
    };
  }
  return undefined;
}

interface Body {
  readonly event: string;
  readonly text: string;
}

/** Commands on issues of their own, and the noise of a busy repository between them, in a fixed order. */
async function webhooksOf(world: PromotionWorld): Promise<readonly Body[]> {
  const { webhooks } = world.bot.github;
  webhooks.fate = 'lose';
  const first = webhooks.deliveries.length;
  for (let count = 0; count < COMMANDS; count += 1) {
    const number = await world.openIssue(`Question ${count}`, []);
    await world.bot.client().issues.createComment({ owner, repo, issue_number: number, body: '/tidegate help' });
  }
  for (let count = 0; count < 5; count += 1) {
    await world.push({ 'README.md': `change ${count}` });
    await world.status(world.lastPushed, 'lint', 'success');
  }
  webhooks.fate = 'send';
  const made = webhooks.deliveries.slice(first).map(({ event, payload }) => ({ event, text: JSON.stringify(payload) }));
  const comments = made.filter(({ event }) => event === 'issue_comment');
  const noise = made.filter(({ event }) => event !== 'issue_comment');
  const all = Array.from({ length: DELIVERIES }, () => comments).flat();
  for (let at = 0; all.length < WEBHOOKS; at += 1) all.push(noise[at % noise.length] ?? { event: 'ping', text: '{}' });
  const random = seededRandom(2);
  return all
    .map((body) => ({ body, at: random.uniform() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ body }) => body);
}

async function commandIssues(world: PromotionWorld): Promise<readonly number[]> {
  const options = { owner, repo, state: 'open', per_page: 100 } as const;
  const { data } = await world.bot.client().issues.listForRepo(options);
  return data.filter(({ title }) => title.startsWith('Question')).map(({ number }) => number);
}

/** Nothing is worked on, tried again or waits: asked of the bot itself. */
async function untilIdle(bot: BotProgram): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve, 500));
  while ((await bot.metric('tidegate_work_in_progress')) > 0);
}

async function send(bot: BotProgram, world: PromotionWorld, bodies: readonly Body[]) {
  const residentBytes: number[] = [];
  const answers: Promise<number>[] = [];
  const startedAt = performance.now();
  for (const [index, body] of bodies.entries()) {
    const dueMs = (index / PER_SECOND) * 1000 - (performance.now() - startedAt);
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
    answers.push(post(bot, world, body));
    if ((index + 1) % (bodies.length / 4) === 0) residentBytes.push(await bot.metric('process_resident_memory_bytes'));
  }
  return { residentBytes, slowestAnswerMs: Math.max(...(await Promise.all(answers))) };
}

async function post(bot: BotProgram, world: PromotionWorld, { event, text }: Body): Promise<number> {
  const startedAt = performance.now();
  const headers = {
    'x-github-delivery': crypto.randomUUID(),
    'x-github-event': event,
    'x-hub-signature-256': world.bot.sign(text),
  };
  const type = { 'content-type': 'application/json', 'user-agent': 'GitHub-Hookshot/bench' };
  const { status } = await fetch(bot.hookUrl, { method: 'POST', body: text, headers: { ...type, ...headers } });
  if (status !== 200) throw new Error(`a webhook was answered with ${status}`);
  return performance.now() - startedAt;
}
