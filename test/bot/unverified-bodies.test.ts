import { createHmac } from 'node:crypto';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HEAD_TIMEOUT_MS, MAX_CONNECTIONS, REQUEST_TIMEOUT_MS } from '../../bot/http-server.ts';
import { MAX_PAYLOAD_BYTES, MAX_UNVERIFIED_BYTES } from '../../bot/unverified-bodies.ts';
import { BotWorld } from './bot-world.ts';

let world: BotWorld;
beforeAll(async () => {
  world = await BotWorld.start();
});
afterAll(() => world?.stop());

const WRONG = `sha256=${'0'.repeat(64)}`;

/** A connection that sends a head, then as much of the body as it is told to. */
class Sender {
  readonly #socket: net.Socket;
  readonly #ended: Promise<void>;
  #answer = '';

  constructor(path: string, headers: Readonly<Record<string, string>>) {
    this.#socket = net.connect(Number(new URL(world.hookUrl).port), '127.0.0.1');
    this.#socket.on('data', (part) => {
      this.#answer += part.toString('latin1');
    });
    this.#ended = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.on('error', () => undefined);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${lines.join('')}\r\n`);
  }

  /** Resolves when the server took the bytes, or when it has cut the connection. */
  async send(bytes: Buffer): Promise<void> {
    if (this.#socket.destroyed) return;
    await Promise.race([new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve())), this.#ended]);
  }

  /** The status, once there is one. */
  async status(): Promise<number> {
    while (this.#answer === '' && !this.#socket.destroyed) await new Promise((resolve) => setTimeout(resolve, 5));
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.#answer)?.[1] ?? 0);
  }

  get answer(): string {
    return this.#answer;
  }

  async closed(): Promise<void> {
    await this.#ended;
  }

  end(): void {
    this.#socket.destroy();
  }
}

function webhook(length: number, signature: string, path = '/api/github/webhooks'): Sender {
  return new Sender(path, {
    'content-type': 'application/json',
    'content-length': String(length),
    'x-github-event': 'ping',
    'x-github-delivery': '1',
    'x-hub-signature-256': signature,
  });
}

const isHealthy = async () => (await fetch(`${new URL(world.hookUrl).origin}/healthz`)).status;

describe('bodies whose signature is not known yet', () => {
  it('are given up largest first beyond 64 MiB together, with 503 and a time to come again', async () => {
    const almost = Buffer.alloc(MAX_PAYLOAD_BYTES - 1, 'a');
    const senders = [1, 2, 3].map(() => webhook(MAX_PAYLOAD_BYTES, WRONG));
    // Three of 25 MiB are more than the budget: one of them gives way, and the usual payload gets through.
    await Promise.all(senders.map((sender) => sender.send(almost)));
    const status = await Promise.race(senders.map((sender) => sender.status()));
    expect(status).toBe(503);
    const given = senders.filter(({ answer }) => answer !== '');
    expect(given[0]?.answer).toMatch(/retry-after: \d+\r\n/i);
    expect(3 * MAX_PAYLOAD_BYTES - given.length * MAX_PAYLOAD_BYTES).toBeLessThanOrEqual(MAX_UNVERIFIED_BYTES);
    const body = '{"zen":"x"}';
    const usual = await world.post(body, { 'x-hub-signature-256': world.sign(body), 'x-github-event': 'ping' });
    expect(usual.status).toBe(200);
    for (const sender of senders) sender.end();
  });

  it('take a payload of 25 MiB that is signed, and refuse one that is not', async () => {
    const body = JSON.stringify({ zen: 'x'.repeat(MAX_PAYLOAD_BYTES - 10) });
    expect(body).toHaveLength(MAX_PAYLOAD_BYTES);
    const signed = await world.post(body, { 'x-hub-signature-256': world.sign(body), 'x-github-event': 'ping' });
    expect(signed.status).toBe(200);
    const other = await world.post(body, { 'x-hub-signature-256': WRONG, 'x-github-event': 'ping' });
    expect(other.status).toBe(400);
  });

  it('are taken by their bytes: text of several bytes per character, and bytes that are no text', async () => {
    const body = '{"zen":"ü€😀"}';
    const text = await world.post(body, { 'x-hub-signature-256': world.sign(body), 'x-github-event': 'ping' });
    expect(text.status).toBe(200);
    const bytes = Buffer.from('{"zen":"M\xfcller"}', 'latin1');
    const signature = `sha256=${createHmac('sha256', world.secret).update(bytes).digest('hex')}`;
    const sender = webhook(bytes.length, signature);
    await sender.send(bytes);
    // The signature holds for the bytes, and not for what is left of them as text.
    expect(await sender.status()).toBe(400);
    sender.end();
  });

  it.each(['/api/github/webhooks/', '/x/../api/github/webhooks', '/api/github/webhooks?x=1', '/api/github/webhooks//'])(
    'are not read on the way around, by %s',
    async (path) => {
      const sender = webhook(MAX_PAYLOAD_BYTES, WRONG, path);
      await sender.send(Buffer.alloc(100, 'a'));
      // No answer before the body is there, or a refusal: never the body without its signature.
      const status = await Promise.race([sender.status(), new Promise((resolve) => setTimeout(resolve, 200, 0))]);
      expect([0, 400, 404, 500]).toContain(status);
      sender.end();
    },
  );

  it('are refused at once where the signature cannot be one', async () => {
    const sender = webhook(MAX_PAYLOAD_BYTES, 'sha256=00');
    expect(await sender.status()).toBe(400);
    await sender.closed();
  });

  it('end their connection when they do not come within the time', { timeout: 4 * REQUEST_TIMEOUT_MS }, async () => {
    const body = webhook(100, WRONG);
    await body.send(Buffer.from('{'));
    await body.closed();
    expect(await body.status()).toBe(408);
    expect(await isHealthy()).toBe(200);
  });
});

describe('connections', () => {
  it('end when the head of a request does not come within the time', { timeout: 4 * HEAD_TIMEOUT_MS }, async () => {
    const socket = net.connect(Number(new URL(world.hookUrl).port), '127.0.0.1');
    const ended = new Promise<string>((resolve) => {
      let answer = '';
      socket.on('data', (part) => {
        answer += part.toString('latin1');
      });
      socket.on('close', () => resolve(answer));
    });
    socket.write('POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\n');
    expect(await ended).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that say nothing make way for those that do, when they are too many', { timeout: 120_000 }, async () => {
    const port = Number(new URL(world.hookUrl).port);
    const silent = Array.from({ length: MAX_CONNECTIONS + 100 }, () => net.connect(port, '127.0.0.1'));
    for (const socket of silent) socket.on('error', () => undefined).resume();
    await Promise.all(silent.map((socket) => new Promise<void>((resolve) => socket.once('connect', () => resolve()))));
    expect(await isHealthy()).toBe(200);
    const cut = () => silent.filter(({ closed }) => closed).length;
    while (cut() < 100) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const socket of silent) socket.destroy();
    expect(await isHealthy()).toBe(200);
  });

  it('that say nothing do not keep the bot from ending', async () => {
    const other = await BotWorld.start();
    const silent = net.connect(Number(new URL(other.hookUrl).port), '127.0.0.1');
    await new Promise<void>((resolve) => silent.once('connect', () => resolve()));
    await other.stop();
    silent.destroy();
  });
});
