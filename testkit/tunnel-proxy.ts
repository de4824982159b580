import { createServer as createProxy, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { createSelfSigned } from './self-signed.ts';

/** A proxy that is the only way to some servers. */
export interface TunnelProxy {
  /** The environment of a job that may reach the servers. */
  readonly env: Readonly<Record<string, string>>;
  /** The `host:port` of each tunnel that was asked for. */
  readonly tunnels: string[];
  close(): Promise<void>;
}

/** The domain of the servers: no resolver knows it, so that what does not ask the proxy reaches nothing. */
export const TUNNEL_DOMAIN = 'tidegate.test';

/**
 * Starts a proxy that takes CONNECT, and behind it one HTTPS server with a name for each of some HTTP servers of this
 * machine.
 *
 * @param hosts The port of the HTTP server behind `https://<name>.tidegate.test`.
 * @returns Undefined where there is no openssl.
 */
export async function startTunnelProxy(
  folder: string,
  hosts: ReadonlyMap<string, number>,
): Promise<TunnelProxy | undefined> {
  const certificate = await createSelfSigned(folder, `*.${TUNNEL_DOMAIN}`);
  if (certificate === undefined) return undefined;
  const front = createTls(certificate, (request, response) => answer(request, response, hosts));
  const proxy = createProxy((_, response) => response.writeHead(400).end());
  const sockets = new Set<Socket>();
  const tunnels: string[] = [];
  const frontPort = await listen(front);
  proxy.on('connect', ({ url = '' }, socket: Socket) => {
    tunnels.push(url);
    const upstream = connect(frontPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on('error', () => {}).once('close', () => sockets.delete(one));
    }
  });
  const url = `http://127.0.0.1:${await listen(proxy)}`;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all([front, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
  };
  return { env: { HTTPS_PROXY: url, NODE_EXTRA_CA_CERTS: certificate.file }, tunnels, close };
}

function answer(request: IncomingMessage, response: ServerResponse, hosts: ReadonlyMap<string, number>): void {
  const { method, url, headers } = request;
  const port = hosts.get(headers.host?.replace(`.${TUNNEL_DOMAIN}`, '') ?? '');
  if (port === undefined) return void response.writeHead(421).end();
  const options = { host: '127.0.0.1', port, path: url, method, headers: { ...headers, 'x-forwarded-proto': 'https' } };
  const upstream = forward(options, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
    answered.pipe(response);
  });
  upstream.on('error', () => response.destroy());
  request.pipe(upstream);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
