import { request as forward, type IncomingMessage, type RequestOptions, type ServerResponse } from 'node:http';
import { type LoopbackServer, listenOnLoopback, readBody } from './http.ts';

/** A proxy before one server. */
export interface WriteProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** An answer that a proxy gives in place of the server's. */
export interface InjectedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Counts the writes that pass through its proxies, over all of them. */
export class WriteCounter {
  /** Method and path of each write since the last `arm`. */
  readonly writes: string[] = [];
  /** Requests of any method since the last `arm`. */
  requests = 0;
  /** Asked before each request; what it answers is sent instead, and the server hears nothing. */
  inject: (method: string, path: string) => InjectedAnswer | undefined = () => undefined;
  readonly #isIgnored: (path: string) => boolean;
  #killAt = Number.POSITIVE_INFINITY;
  #kill: () => void = () => {};
  #isDead = false;

  /** @param isIgnored Paths whose requests change nothing that counts, whatever their method. */
  constructor(isIgnored: (path: string) => boolean = () => false) {
    this.#isIgnored = isIgnored;
  }

  /** True if some write is going to be the last. */
  get isArmed(): boolean {
    return Number.isFinite(this.#killAt);
  }

  /** Writes since the last `arm`. */
  get count(): number {
    return this.writes.length;
  }

  /**
   * Starts to count again. At the n-th write the request is carried out, `kill` is called, and the answer never comes back:
   * the write happened, and regardless of who wrote it does not know.
   */
  arm(at: number = Number.POSITIVE_INFINITY, kill: () => void = () => {}): void {
    this.writes.length = 0;
    this.requests = 0;
    this.#killAt = at;
    this.#kill = kill;
    this.#isDead = false;
  }

  /**
   * Starts to count again; from the n-th write on nothing gets through any more, as if regardless of who wrote it had died. The n-th
   * write is carried out, and its answer never comes back. `arm` lets everything through again.
   */
  armDeath(at: number): void {
    this.arm(at, () => {
      this.#isDead = true;
    });
  }

  /** Starts a proxy before a server of this machine. */
  async before(targetPort: number): Promise<WriteProxy> {
    const server: LoopbackServer = await listenOnLoopback((request, response) =>
      this.#serve(request, response, targetPort),
    );
    return { port: server.port, close: () => server.close() };
  }

  async #serve(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    const path = request.url ?? '/';
    if (this.#isDead) return refuse(request, response);
    this.requests += 1;
    const injected = this.inject(request.method ?? 'GET', path);
    if (injected !== undefined) return answerInstead(injected, request, response);
    const body = await readBody(request);
    const isWrite = !isRead(request.method, path, body) && !this.#isIgnored(path);
    if (isWrite) this.writes.push(`${request.method} ${path}`);
    const isLast = isWrite && this.count === this.#killAt;
    // The host stays as it was asked for: signatures cover it.
    const answer = await send({ port, method: request.method ?? 'GET', path, headers: request.headers }, body);
    if (isLast) {
      answer.resume();
      await new Promise((resolve) => answer.once('end', resolve));
      this.#kill();
      if (this.#isDead) return refuse(request, response);
      response.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  }
}

/** A query of GraphQL is posted, and reads all the same. */
function isRead(method: string | undefined, path: string, body: Buffer): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  if (!path.endsWith('/graphql')) return false;
  const { query }: { readonly query?: unknown } = JSON.parse(body.toString('utf8'));
  return typeof query === 'string' && query.trimStart().startsWith('query');
}

async function answerInstead(
  { status, headers = {}, body }: InjectedAnswer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await readBody(request);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A status that no client tries again: the dead do not. */
async function refuse(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!request.readableEnded) request.resume();
  response.writeHead(451, { 'content-type': 'application/json' }).end('{"message":"dead"}');
}

function send(options: RequestOptions, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = forward({ ...options, host: '127.0.0.1' }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
