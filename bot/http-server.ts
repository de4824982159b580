import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { BotMetrics } from './metrics.ts';
import { MAX_PAYLOAD_BYTES, UnverifiedBodies } from './unverified-bodies.ts';

/** URL to which GitHub sends its webhooks. */
export const WEBHOOKS_PATH = '/api/github/webhooks';

/** Chosen: GitHub itself waits ten seconds for an answer. Head and body of a request have to be there by then. */
export const REQUEST_TIMEOUT_MS = 15_000;
/** Chosen: a head is a few hundred bytes. */
export const HEAD_TIMEOUT_MS = 10_000;
/** Chosen: far above what GitHub and a proxy before the bot open; each takes some tens of kilobytes. */
export const MAX_CONNECTIONS = 1_000;
/** Interval for closing expired connections. */
const CHECK_MS = 1_000;
/** Chosen: the client may read the answer before its connection is cut. */
const LINGER_MS = 1_000;
/** Chosen: a webhook is answered within milliseconds, and a stranger's connection must not keep the process. */
const CLOSE_MS = 5_000;
const RETRY_AFTER_SECONDS = '30';

/** Address on which a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Handler of requests to the webhook server. */
export interface WebhookServerParts {
  /** Gets requests whose body is verified, as text in `body`, and those that it refuses by their head alone. */
  readonly webhooks: RequestListener;
  readonly isReady: () => boolean;
  /** The webhook's. */
  readonly secret: string;
}

/**
 * The server of webhooks and probes: `/healthz` says that the process answers, `/readyz` that it can do its work (it
 * knows who it is on GitHub, and is not about to stop).
 */
export function createWebhookServer({ webhooks, isReady, secret }: WebhookServerParts): Server {
  const bodies = new UnverifiedBodies(secret);
  const timeouts = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEAD_TIMEOUT_MS };
  const server = createServer({ ...timeouts, connectionsCheckingInterval: CHECK_MS }, (request, response) => {
    if (request.url === '/healthz') return response.writeHead(200).end('ok');
    if (request.url === '/readyz')
      return response.writeHead(isReady() ? 200 : 503).end(isReady() ? 'ready' : 'not ready');
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refuse(request, response, refusal);
    // What the middleware refuses, it refuses by the head alone: it never reads a body itself.
    if (!hasWebhookHead(request)) return webhooks(withBody(request, ''), response);
    void receive({ request, response }, bodies, webhooks);
  });
  limitConnections(server);
  return server;
}

/** One connection too many, and the oldest is cut: a probe or a webhook is answered long before it would be that one. */
function limitConnections(server: Server): void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const [oldest] = open;
    if (open.size <= MAX_CONNECTIONS || oldest === undefined) return;
    open.delete(oldest);
    oldest.destroy();
  });
}

/** The server of Prometheus, on a port of its own: what faces the internet does not show it. */
export function createMetricsServer({ registry }: BotMetrics): Server {
  return createServer((request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}

/** The size of a body has to be said, and small enough. */
function refusalOf({ method, headers }: IncomingMessage): 411 | 413 | undefined {
  if (method !== 'POST') return undefined;
  if (headers['content-length'] === undefined) return 411;
  return Number(headers['content-length']) > MAX_PAYLOAD_BYTES ? 413 : undefined;
}

function hasWebhookHead({ method, url, headers }: IncomingMessage): boolean {
  const path = URL.parse(url ?? '', 'http://localhost')?.pathname;
  const isJson = /^\s*application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
  const names = ['x-github-event', 'x-hub-signature-256', 'x-github-delivery'];
  return method === 'POST' && path === WEBHOOKS_PATH && isJson && names.every((name) => headers[name] !== undefined);
}

/** If the middleware finds a text here, it does not read the stream. */
function withBody(request: IncomingMessage, body: string): IncomingMessage {
  return Object.assign(request, { body });
}

async function receive(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  bodies: UnverifiedBodies,
  webhooks: RequestListener,
): Promise<void> {
  const read = await bodies.read(request, String(request.headers['x-hub-signature-256']));
  if (read.is === 'verified') {
    // The middleware checks the signature once more.
    return webhooks(withBody(request, read.text), response);
  }
  if (read.is === 'too-much') return refuse(request, response, 503);
  if (read.is === 'unsigned') refuse(request, response, 400);
}

const SAID: Readonly<Record<400 | 411 | 413 | 503, string>> = {
  400: 'the signature does not match the payload',
  411: 'the size of the payload is missing',
  413: 'the payload is too large',
  503: 'too many payloads at once',
};

/** Answers and cuts the connection: what else it sends is not read. */
function refuse(request: IncomingMessage, response: ServerResponse, status: keyof typeof SAID): void {
  request.pause();
  const headers = { connection: 'close', 'content-type': 'application/json' };
  response
    .writeHead(status, status === 503 ? { ...headers, 'retry-after': RETRY_AFTER_SECONDS } : headers)
    .end(JSON.stringify({ error: SAID[status] }));
  void delay(LINGER_MS, undefined, { ref: false }).then(() => request.destroy());
}

/** Begins to listen. @returns The server's address on this machine. */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return address === null || typeof address === 'string' ? '' : `http://127.0.0.1:${address.port}`;
}

/** Takes no new requests, and ends the connections that wait for some; those that say nothing, after a while. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearTimeout(cut);
}
