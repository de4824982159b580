import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { type LoopbackServer, listenOnLoopback } from './http.ts';

/** Answers a request in place of the registry; false: the registry answers. */
export type Interference = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** A proxy before a registry, which may answer in its place. */
export interface RegistryProxy extends LoopbackServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** `METHOD path` of each request, in order. */
  readonly seen: string[];
  /** Replaces what was interfered with before. */
  interfere(by: Interference | undefined): void;
}

/** Starts a proxy before a registry. Locations that the registry gives lead to the proxy again. */
export async function startRegistryProxy(registry: string): Promise<RegistryProxy> {
  let interference: Interference | undefined;
  const seen: string[] = [];
  const server = await listenOnLoopback(async (incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    if ((await interference?.(incoming, outgoing)) === true) return;
    await passOn(registry, incoming, outgoing);
  });
  const host = `127.0.0.1:${server.port}`;
  return { ...server, host, seen, interfere: (by) => (interference = by) };
}

function passOn(registry: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const [hostname = '', port] = registry.split(':');
  return new Promise((resolve) => {
    const { method, url: path, headers } = incoming;
    // The registry makes locations of the host that it was asked by.
    const upstream = forward({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing).on('finish', resolve);
    });
    upstream.on('error', () => {
      outgoing.destroy();
      resolve();
    });
    incoming.on('error', () => upstream.destroy());
    incoming.pipe(upstream);
  });
}
