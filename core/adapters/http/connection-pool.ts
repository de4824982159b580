import { type ConnectionOptions, HttpConnection } from './http-connection.ts';
import type { HttpPoolOptions, HttpReceiver, HttpRequest } from './http-exchange.ts';

/** Chosen: what the kernel gives at once for small objects; bodies of large ones are read to where they belong. */
const READ_BYTES = 64 * 1024;

/** Kept-alive connections, each for one exchange at a time. */
export class ConnectionPool {
  readonly #options: Omit<HttpPoolOptions, 'env'>;
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #servers = new Map<string, Server>();

  constructor(options: Omit<HttpPoolOptions, 'env'>) {
    this.#options = options;
  }

  /** As `HttpPool.exchange`. */
  async exchange(request: HttpRequest, receiver: HttpReceiver): Promise<void> {
    const server = this.#server(request.origin);
    for (;;) {
      const connection = server.take() ?? (await server.wait());
      try {
        await connection.exchange(request, receiver);
        return;
      } catch (error) {
        // Between two requests a server may close a connection at any time: that is no failure of the request.
        if (!connection.wasStale) throw error;
      } finally {
        server.giveBack(connection);
      }
    }
  }

  /** Ends all connections. */
  close(): void {
    for (const server of this.#servers.values()) server.close();
  }

  #server(origin: string): Server {
    const known = this.#servers.get(origin);
    if (known !== undefined) return known;
    const { connections, connectTimeoutMs, readTimeoutMs } = this.#options;
    const session = { latest: undefined };
    const options = { origin, connectTimeoutMs, readTimeoutMs, readBuffer: this.#readBuffer, session };
    const server = new Server(options, connections);
    this.#servers.set(origin, server);
    return server;
  }
}

/** The connections to one server. */
class Server {
  readonly #options: ConnectionOptions;
  readonly #most: number;
  readonly #all = new Set<HttpConnection>();
  readonly #free: HttpConnection[] = [];
  readonly #waiting: ((connection: HttpConnection) => void)[] = [];

  constructor(options: ConnectionOptions, most: number) {
    this.#options = options;
    this.#most = most;
  }

  take(): HttpConnection | undefined {
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) if (free.isUsable) return free;
    if (this.#all.size >= this.#most) return undefined;
    const fresh = new HttpConnection(this.#options);
    this.#all.add(fresh);
    fresh.onEnd = () => this.#all.delete(fresh);
    return fresh;
  }

  wait(): Promise<HttpConnection> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  giveBack(connection: HttpConnection): void {
    if (connection.isUsable) this.#free.push(connection);
    else this.#all.delete(connection);
    while (this.#waiting.length > 0) {
      const next = this.take();
      if (next === undefined) return;
      this.#waiting.shift()?.(next);
    }
  }

  close(): void {
    for (const connection of this.#all) connection.destroy();
  }
}
