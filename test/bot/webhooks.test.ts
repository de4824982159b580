import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startBot } from '../../bot/server.ts';
import { BotWorld } from './bot-world.ts';

let world: BotWorld;
beforeAll(async () => {
  world = await BotWorld.start();
});
afterAll(() => world?.stop());
beforeEach(() => world.writes.arm());

/** A real push event of GitHub's own examples. */
const EXAMPLES = JSON.parse(
  readFileSync(new URL(import.meta.resolve('@octokit/webhooks-examples/api.github.com/index.json')), 'utf8'),
);
const BODY = JSON.stringify(EXAMPLES.find((one: { name: string }) => one.name === 'push').examples[0]);

/** The only example of a signature in GitHub's documentation. */
const VECTOR = {
  secret: "It's a Secret to Everybody",
  body: 'Hello, World!',
  signature: 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
};

describe('the webhook server', () => {
  it.each([
    { name: 'no signature', headers: (): Record<string, string> => ({}) },
    { name: 'an empty signature', headers: () => ({ 'x-hub-signature-256': '' }) },
    { name: "another secret's signature", headers: () => ({ 'x-hub-signature-256': world.sign(BODY, 'other') }) },
    { name: "another body's signature", headers: () => ({ 'x-hub-signature-256': world.sign(`${BODY} `) }) },
    { name: 'a cut signature', headers: () => ({ 'x-hub-signature-256': world.sign(BODY).slice(0, -1) }) },
    {
      name: 'the old kind of signature only',
      headers: () => ({ 'x-hub-signature': `sha1=${createHmac('sha1', world.secret).update(BODY).digest('hex')}` }),
    },
    {
      name: 'a signature with the old algorithm',
      headers: () => ({ 'x-hub-signature-256': world.sign(BODY).replace('sha256=', 'sha1=') }),
    },
  ])('refuses $name and asks GitHub for nothing', async ({ headers }) => {
    const response = await world.post(BODY, headers());
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(world.writes.requests).toBe(0);
  });

  it.each([
    { name: 'no signature', headers: {}, status: 400 },
    { name: 'no name of an event', headers: { 'x-github-event': undefined }, status: 400 },
    { name: 'a form in place of JSON', headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415 },
    { name: 'text in place of JSON', headers: { 'content-type': 'text/plain' }, status: 415 },
  ])('answers $status to a body with $name, before it reads it', async ({ headers, status }) => {
    const signed = { 'x-hub-signature-256': world.sign(BODY), 'content-length': '26000000', ...headers };
    const all = { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': '1', ...signed };
    const sent = Object.entries(all).filter(([key]) => status !== 400 || key !== 'x-hub-signature-256');
    const answer = await new Promise<number>((resolve, reject) => {
      const present = sent.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
      const outgoing = request(world.hookUrl, { method: 'POST', headers: Object.fromEntries(present) }, (response) => {
        resolve(response.statusCode ?? 0);
        outgoing.destroy();
      });
      outgoing.once('error', reject);
      // One byte of 26 MB: anyone who waited for the rest would not answer.
      outgoing.write('x');
    });
    expect(answer).toBe(status);
    expect(world.writes.requests).toBe(0);
  });

  it('takes a real event that is signed', async () => {
    const response = await world.post(BODY, { 'x-hub-signature-256': world.sign(BODY), 'x-github-event': 'ping' });
    expect(response.status).toBe(200);
  });

  it("knows GitHub's own example of a signature, and none beside it", async () => {
    const bot = await startBot(
      {
        appId: world.github.appId,
        privateKey: world.github.appPrivateKey,
        webhookSecret: VECTOR.secret,
        host: '127.0.0.1',
        port: 0,
        apiUrl: world.github.apiUrl,
        sweepIntervalMs: 3_600_000,
      },
      'fatal',
    );
    const send = async (signature: string) => {
      const headers = {
        'content-type': 'application/json',
        'x-github-delivery': '1',
        'x-github-event': 'ping',
        'x-hub-signature-256': signature,
      };
      const response = await fetch(`${bot.url}/api/github/webhooks`, { method: 'POST', body: VECTOR.body, headers });
      return { status: response.status, text: await response.text() };
    };
    const right = await send(VECTOR.signature);
    const wrong = await send(VECTOR.signature.replace('757', '758'));
    await bot.stop();
    // The body is not JSON: past the signature, that is what is wrong with it.
    expect(wrong.text).toMatch(/signature/i);
    expect(right.text).not.toMatch(/signature/i);
    expect([right.status, wrong.status].every((status) => status >= 400 && status < 500)).toBe(true);
  });

  it('refuses bodies that say no size or too large a one, before it reads them', async () => {
    const answer = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const outgoing = request(world.hookUrl, { method: 'POST', headers }, (response) => {
          resolve(response.statusCode ?? 0);
          response.resume();
        });
        outgoing.once('error', reject);
        outgoing.write('x');
      });
    expect(await answer({ 'content-length': String(26 * 2 ** 20) })).toBe(413);
    expect(await answer({ 'transfer-encoding': 'chunked' })).toBe(411);
  });

  it('answers probes, and nothing else elsewhere', async () => {
    const base = new URL(world.hookUrl).origin;
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/`)).status).toBe(404);
    expect((await fetch(world.hookUrl)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('probes and metrics', () => {
  it('is healthy at once, and ready when it knows its App', async () => {
    const fresh = await BotWorld.start();
    const status = async (path: string) => (await fetch(`${fresh.url}${path}`)).status;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
    await fresh.sweep();
    expect(await status('/readyz')).toBe(200);
    await fresh.stop();
  });

  it('counts webhooks, work and requests, on a port of its own', async () => {
    await world.github.createRepository('acme/measured');
    await world.commit(await world.clone('acme/measured'), 'main', { 'README.md': 'x' });
    await world.settle();
    await world.sweep();
    const text = await (await fetch(world.metricsUrl)).text();
    expect(text).toMatch(/^tidegate_webhooks_total\{event="push"\} [1-9]/m);
    expect(text).toMatch(/^tidegate_work_seconds_count\{cause="push",outcome="done"\} [1-9]/m);
    expect(text).toMatch(/^tidegate_work_seconds_count\{cause="sweep",outcome="done"\} 1$/m);
    expect(text).toMatch(/^tidegate_github_requests_total\{method="GET",status="200"\} [1-9]/m);
    expect(text).toMatch(/^tidegate_work_in_progress 0$/m);
    expect(text).toMatch(/^tidegate_last_sweep_timestamp_seconds 1\d{9}/m);
    expect(text).not.toContain(world.secret);
    expect((await fetch(`${world.url}/metrics`)).status).toBe(404);
  });
});
