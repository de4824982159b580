import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { BotMetrics } from './metrics.ts';

/** Chosen: GitHub's own limit of a webhook's payload. */
const MAX_PAYLOAD_BYTES = 25 * 2 ** 20;

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The server of webhooks and probes: `/healthz` says that the process answers, `/readyz` that it can do its work (it
 * knows who it is on GitHub, and is not about to stop).
 */
export function createWebhookServer(webhooks: RequestListener, isReady: () => boolean): Server {
  return createServer((request, response) => {
    if (request.url === '/healthz') return response.writeHead(200).end('ok');
    if (request.url === '/readyz')
      return response.writeHead(isReady() ? 200 : 503).end(isReady() ? 'ready' : 'not ready');
    const refusal = refusalOf(request);
    if (refusal !== undefined) return response.writeHead(refusal, { connection: 'close' }).end();
    webhooks(request, response);
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

/** A body is read whole before its signature is known: its size has to be said, and small enough. */
function refusalOf({ method, headers }: IncomingMessage): 411 | 413 | undefined {
  if (method !== 'POST') return undefined;
  if (headers['content-length'] === undefined) return 411;
  return Number(headers['content-length']) > MAX_PAYLOAD_BYTES ? 413 : undefined;
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

/** Takes no new requests, and ends the connections that wait for some. */
export async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
