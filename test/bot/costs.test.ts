import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MAX_PAYLOAD_BYTES } from '../../bot/unverified-bodies.ts';
import { MAX_CONFIG_BYTES } from '../../core/config/read-yaml.ts';
import { maxYamlNodes } from '../../core/domain/yaml/yaml-bounds.ts';
import { BOT_LIMITS } from '../../core/reports/limits.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { runGit } from '../../testkit/git-client.ts';
import { createZip } from '../../testkit/zip.ts';
import { SAMPLE_REPORTS } from '../core/reports/sample-reports.ts';
import type { BotProgram } from './bot-program.ts';
import { manifest, PromotionWorld, REPOSITORY } from './promotion-world.ts';

/** The bound is 100 ms on a machine of its own; tests share two slow cores with others. */
const MOST_LAG_SECONDS = 1;
const SOON = { timeout: 120_000, interval: 100 };
const MEMORY_LIMIT_MIB = Number(
  /limits: \{ memory: (\d+)Mi \}/.exec(readFileSync(path.join(PROJECT_ROOT, 'k8s/base/deployment.yaml'), 'utf8'))?.[1],
);

let world: PromotionWorld;
let bot: BotProgram;
let fork: string;
const figures: string[] = [];

beforeAll(async () => {
  world = await PromotionWorld.start({}, 0);
  const { github, directory } = world.bot;
  await github.forkRepository(REPOSITORY, 'stranger');
  fork = path.join(directory, 'fork');
  const from = github.cloneUrl('stranger/flights', github.userToken('stranger', 'read'));
  await runGit(directory, ['clone', '--quiet', from, fork]);
  bot = await world.bot.program();
  await bot.start();
  await idle();
});
afterAll(async () => {
  console.log(figures.join('\n'));
  await world?.stop();
});

/** The longest gap of the bot's event loop since this was set to 0; seconds. */
const gap = { seconds: 0 };

/** What it works on. Each time it is asked, it tells the longest gap since the time before. */
async function workInProgress(): Promise<number> {
  const [count = 0, lag = 0] = await bot.metrics(['tidegate_work_in_progress', 'nodejs_eventloop_lag_max_seconds']);
  gap.seconds = Math.max(gap.seconds, lag);
  return count;
}

/** Waits until the bot works on nothing. */
async function idle(): Promise<void> {
  await world.bot.settle();
  await vi.waitFor(async () => expect(await workInProgress()).toBe(0), SOON);
}

/**
 * Does something to the bot, and looks at it until it is done with that: it answers all the time, its event loop never
 * is still for long, and it stays within the memory of the deployment.
 */
async function expectAlive(name: string, work: () => Promise<unknown>): Promise<void> {
  await workInProgress();
  gap.seconds = 0;
  let isDone = false;
  const watch = async () => {
    while (!isDone) {
      expect(await healthz()).toBe(200);
      await workInProgress();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const watching = watch();
  await work();
  await idle();
  isDone = true;
  await watching;
  const peakMiB = await bot.peakMemoryMiB();
  figures.push(
    `${name}: longest gap ${(gap.seconds * 1000).toFixed(0)} ms, peak memory so far ${peakMiB?.toFixed(0)} MiB`,
  );
  expect(gap.seconds, name).toBeLessThan(MOST_LAG_SECONDS);
  if (peakMiB !== undefined) expect(peakMiB, name).toBeLessThan(MEMORY_LIMIT_MIB);
}

const healthz = async () => (await fetch(new URL('/healthz', bot.hookUrl))).status;

/** A pull request from a fork that changes one file. @returns Its commit. */
async function propose(branch: string, file: string, text: string): Promise<string> {
  await runGit(fork, ['switch', '--quiet', '-C', branch, 'origin/main']);
  await writeFile(path.join(fork, file), text);
  await runGit(fork, ['commit', '--quiet', '-am', branch]);
  await runGit(fork, ['push', '--quiet', 'origin', branch]);
  const stranger = world.bot.client('stranger', 'read');
  await stranger.pulls.create({
    owner: 'acme',
    repo: 'flights',
    head: `stranger:${branch}`,
    base: 'main',
    title: branch,
  });
  return runGit(fork, ['rev-parse', 'HEAD']);
}

async function checksOf(ref: string): Promise<Readonly<Record<string, string | null>>> {
  const { data } = await world.bot.client().checks.listForRef({ owner: 'acme', repo: 'flights', ref });
  return Object.fromEntries(data.check_runs.map(({ name, conclusion }) => [name, conclusion]));
}

/** Keys that are all different, up to the bounds of values and of bytes. */
function manyKeys(maxBytes: number, before = ''): string {
  const count = Math.floor((maxYamlNodes({ maxBytes }) - 200) / 2);
  const key = (index: number) => `k${index.toString(36).padStart(4, '0')}: \n`;
  return (before + Array.from({ length: count }, (_, index) => key(index)).join('')).slice(0, maxBytes);
}

/** A report as large, and with as many values, as the bot reads. */
function largestReport(): Buffer {
  const report = { ...SAMPLE_REPORTS.evaluation, model: 'flights' };
  const text = JSON.stringify({ ...report, later: Array(BOT_LIMITS.maxMarks - 1_000).fill(1_234_567_890) });
  return Buffer.from(text.padEnd(BOT_LIMITS.maxBytes, ' '));
}

const head = '{"schema":"tidegate.dev/evaluation/v1","x":[';
const REPORTS: Readonly<Record<string, () => Buffer>> = {
  'a report of 32 MiB of empty lists': () => Buffer.from(`${head}${'[],'.repeat(11_000_000)}0]}`),
  'a report of as many empty lists as are read': () =>
    Buffer.from(`${head}${'[],'.repeat(BOT_LIMITS.maxMarks / 2 - 5)}0]}`),
  'a report of 16 MiB and 850,000 values that holds': largestReport,
  'a report of metrics without fields': () =>
    Buffer.from(
      `${head.replace('"x":[', '"comparisons":[{"metrics":[')}${'{},'.repeat(BOT_LIMITS.maxMarks / 2 - 9)}{}]}]}`,
    ),
};

describe('the bot, while strangers make it work', { timeout: 400_000 }, () => {
  it('answers while it is given a manifest of many keys', async () => {
    const text = manifest('s3://somewhere/else') + manyKeys(800_000);
    await expectAlive('manifest of 800 KB', () => propose('manifest', 'k8s/production.yaml', text));
  });

  it('answers in the sweeps that follow, in which the manifests are looked at again', async () => {
    bot.kill();
    await vi.waitFor(() => expect(bot.isRunning).toBe(false), SOON);
    await bot.start();
    await expectAlive('the first sweep', () => idle());
  });

  it.each([
    ['many keys at the bound of 64 KiB', manyKeys(MAX_CONFIG_BYTES)],
    ['many keys above it', manyKeys(MAX_CONFIG_BYTES * 4)],
    ['brackets', '['.repeat(60_000)],
    [
      'aliases of aliases',
      `a: &a [1]\n${[...'bcdefghijklmnop'].map((c, i) => `${c}: &${c} [*${'abcdefghijklmno'[i]}, *${'abcdefghijklmno'[i]}]`).join('\n')}\n`,
    ],
    [
      'environments',
      `version: 1\nmodels:\n  m:\n    environments:\n${Array.from({ length: 1_300 }, (_, i) => `    - {name: e${i}, after: [f${i}]}\n`).join('')}`,
    ],
  ])('answers while it is given a config of %s', async (name, text) => {
    const state = { sha: '' };
    await expectAlive(`config of ${name}`, async () => {
      state.sha = await propose(`config-${name.replaceAll(' ', '-')}`, 'tidegate.yaml', text);
    });
    if (text.length <= 256 * 1024) expect((await checksOf(state.sha))['tidegate / config']).toBe('failure');
  });

  it.each(Object.keys(REPORTS))('answers while it is given %s', async (name) => {
    const content = REPORTS[name]?.() ?? Buffer.alloc(0);
    const branch = `report-${content.length}`;
    const sha = await propose(branch, 'k8s/staging.yaml', `${manifest('s3://somewhere/else')}# ${branch}\n`);
    await idle();
    const zip = createZip([{ name: 'evaluation.json', content }]);
    const run = { repository: REPOSITORY, headRepository: 'stranger/flights', headBranch: branch, headSha: sha };
    await expectAlive(`${name} (a zip of ${Math.ceil(zip.length / 1024)} KB)`, () =>
      world.bot.finishRun({ ...run, artifacts: [{ name: 'tidegate-flights-1-report', zip }] }),
    );
    expect((await checksOf(sha))['tidegate / flights']).toBe('failure');
  });

  it.each([
    ['spaces', `/tidegate hold a${' '.repeat(65_000)}b`],
    ['lines of spaces', `/tidegate hold a${' '.repeat(900)}b\n`.repeat(70)],
    ['commands', '/tidegate plan\n'.repeat(4_300)],
    ['tags', `/tidegate plan\n${'<a '.repeat(21_000)}`],
    ['comments in comments', `${'<!--'.repeat(16_000)}\n/tidegate plan`],
  ])('answers while it is given a comment of %s', async (name, body) => {
    const issue = await world.openIssue(`A question about ${name}`, []);
    await idle();
    await expectAlive(`comment of ${name}`, () => world.say(issue, body, 'stranger'));
  });

  it('answers, within its memory, while twenty connections send 25 MiB each without a signature', async () => {
    await expectAlive('unsigned payloads', () => Promise.all(Array.from({ length: 20 }, sendUnsigned)));
  });
});

/** All but the last byte, with a signature that may be right until the end. Resolves when the bot has answered. */
async function sendUnsigned(): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'content-length': String(MAX_PAYLOAD_BYTES),
    'x-github-event': 'push',
    'x-github-delivery': '1',
    'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
  };
  await new Promise<void>((resolve) => {
    const outgoing = request(bot.hookUrl, { method: 'POST', headers }, (response) => {
      response.resume();
      outgoing.destroy();
    });
    // Cut while it still sends, or by its time.
    outgoing.once('error', () => undefined);
    outgoing.once('close', () => resolve());
    const part = Buffer.alloc(2 ** 20, 'a');
    for (let sent = 0; sent + part.length < MAX_PAYLOAD_BYTES; sent += part.length) outgoing.write(part);
    outgoing.write(part.subarray(1));
  });
}
