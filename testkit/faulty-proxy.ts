import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type LoopbackServer, listenOnLoopback, readBody } from './http.ts';

/** Fault of an answer. */
export type Fault =
  /** An answer of the proxy's own, with an error of S3's as its body. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly headers?: Record<string, string>;
    }
  /** The connection ends after the given number of bytes of the body; a `declared` length is right, or that of the cut body. */
  | { readonly kind: 'cut'; readonly afterBytes: number; readonly declared: 'right' | 'cut' }
  /** Nothing comes any more after the given number of bytes of the body. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** All bytes come, one of them wrong. */
  | { readonly kind: 'wrong-byte' }
  /** The whole answer comes after a while. */
  | { readonly kind: 'late'; readonly ms: number };

/** A request as rules see it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  /** Number of requests with this method and URL, including this one. */
  readonly times: number;
}

/** A proxy before an HTTP server of this machine that can be told to spoil answers. */
export interface FaultyProxy {
  readonly endpoint: string;
  /** All requests since the last `rule`. */
  readonly seen: SeenRequest[];
  /** The most requests that were in flight at once since the last `rule`. */
  readonly mostAtOnce: () => number;
  /** Decides from now on; undefined lets an answer pass as it is. */
  rule(decide: (request: SeenRequest) => Fault | undefined): void;
  close(): Promise<void>;
}

/** Starts a proxy before `http://127.0.0.1:<port>`. Hosts stay as they were asked for, so that signatures hold. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  const seen: SeenRequest[] = [];
  const times = new Map<string, number>();
  const state = { decide: (_: SeenRequest): Fault | undefined => undefined, now: 0, most: 0 };
  const server: LoopbackServer = await listenOnLoopback(async (request, response) => {
    state.now += 1;
    state.most = Math.max(state.most, state.now);
    response.once('close', () => (state.now -= 1));
    const { method = 'GET', url = '/' } = request;
    const count = (times.get(`${method} ${url}`) ?? 0) + 1;
    times.set(`${method} ${url}`, count);
    const { range, authorization } = request.headers;
    const entry = { method, url, range, authorization, times: count };
    seen.push(entry);
    await answer(request, response, { targetPort, fault: state.decide(entry) });
  });
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    seen,
    mostAtOnce: () => state.most,
    rule: (decide) => {
      Object.assign(state, { decide, most: 0 });
      seen.length = 0;
      times.clear();
    },
    close: () => server.close(),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { targetPort, fault }: { readonly targetPort: number; readonly fault: Fault | undefined },
): Promise<void> {
  const body = await readBody(request);
  if (fault?.kind === 'status') {
    response.writeHead(fault.status, { 'content-type': 'application/xml', ...fault.headers });
    const text = fault.code === undefined ? '' : `<Error><Code>${fault.code}</Code></Error>`;
    response.end(request.method === 'HEAD' ? '' : text);
    return;
  }
  if (fault?.kind === 'late') await delay(fault.ms);
  const upstream = await send(request, body, targetPort);
  if (fault === undefined || fault.kind === 'late') {
    response.writeHead(upstream.statusCode ?? 502, upstream.rawHeaders);
    upstream.pipe(response);
    return;
  }
  spoil(response, { upstream, fault, bytes: await readBody(upstream) });
}

function spoil(
  response: ServerResponse,
  { upstream, fault, bytes }: { upstream: IncomingMessage; fault: Fault; bytes: Buffer },
): void {
  const headers = { ...upstream.headers };
  const status = upstream.statusCode ?? 502;
  if (fault.kind === 'wrong-byte') {
    const wrong = Buffer.from(bytes);
    wrong[0] = (wrong[0] ?? 0) ^ 0xff;
    response.writeHead(status, headers).end(wrong);
  } else if (fault.kind === 'cut' && fault.declared === 'cut') {
    const part = bytes.subarray(0, fault.afterBytes);
    response.writeHead(status, { ...headers, 'content-length': String(part.length) }).end(part);
  } else if (fault.kind === 'cut' || fault.kind === 'stall') {
    response.writeHead(status, headers);
    response.write(bytes.subarray(0, fault.afterBytes), () => {
      if (fault.kind === 'cut') response.socket?.resetAndDestroy();
    });
    if (fault.afterBytes === 0) {
      response.flushHeaders();
      if (fault.kind === 'cut') setImmediate(() => response.socket?.resetAndDestroy());
    }
  }
}

function send(request: IncomingMessage, body: Buffer, port: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, url, headers } = request;
    const outgoing = forward({ host: '127.0.0.1', port, path: url, method, headers }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
