import type { Dispatcher } from 'undici';
import { ConnectionPool } from './connection-pool.ts';
import { createAgent } from './http-agent.ts';
import type { HttpHeaders, HttpPoolOptions, HttpReceiver, HttpRequest } from './http-exchange.ts';
import { proxiesOf } from './proxy-settings.ts';

/** Kept-alive connections. A request is sent once: who calls decides about another try. */
export class HttpPool {
  readonly #options: HttpPoolOptions;
  readonly #direct: ConnectionPool | undefined;
  #agent: Promise<Dispatcher> | undefined;

  constructor(options: HttpPoolOptions) {
    this.#options = options;
    // Proxies are undici's; without one, connections of our own take half its CPU time and a fixed memory.
    this.#direct = proxiesOf(options.env) === undefined ? new ConnectionPool(options) : undefined;
  }

  /**
   * Sends a request and hands the answer on.
   *
   * @throws Errors of the connection as they are: refused, reset, timed out, a body shorter than it said.
   */
  exchange(request: HttpRequest, receiver: HttpReceiver): Promise<void> {
    return this.#direct?.exchange(request, receiver) ?? this.#exchangeByProxy(request, receiver);
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.#direct?.close();
    await (await this.#agent)?.destroy();
  }

  async #exchangeByProxy(request: HttpRequest, receiver: HttpReceiver): Promise<void> {
    this.#agent ??= createAgent(this.#options);
    const agent = await this.#agent;
    const { readTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const { body, ...rest } = request;
      const options = { ...rest, body: body ?? null, headersTimeout: readTimeoutMs, bodyTimeout: readTimeoutMs };
      agent.dispatch(options, new Handler(receiver, { resolve, reject }));
    });
  }
}

/** Thrown inside to end a connection whose rest is not wanted. */
class NotWanted extends Error {}

class Handler implements Dispatcher.DispatchHandlers {
  readonly #receiver: HttpReceiver;
  readonly #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  #abort: (error?: Error) => void = () => {};

  constructor(receiver: HttpReceiver, settle: { resolve: () => void; reject: (error: unknown) => void }) {
    this.#receiver = receiver;
    this.#settle = settle;
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
  }

  onHeaders(status: number, raw: Buffer[]): boolean {
    if (status < 200) return true;
    return this.#guard(() => {
      if (!this.#receiver.head({ status, headers: new RawHeaders(raw) })) this.#abort(new NotWanted());
    });
  }

  onData(chunk: Buffer): boolean {
    return this.#guard(() => this.#receiver.data(chunk));
  }

  onComplete(): void {
    this.#settle.resolve();
  }

  onError(error: Error): void {
    if (error instanceof NotWanted) this.#settle.resolve();
    else this.#settle.reject(error);
  }

  #guard(work: () => void): boolean {
    try {
      work();
    } catch (error) {
      // The first rejection counts; what aborting brings after it does not.
      this.#settle.reject(error);
      this.#abort(new NotWanted());
    }
    return true;
  }
}

/** Headers as they came: of ten, one or two are ever asked for. */
class RawHeaders implements HttpHeaders {
  readonly #raw: readonly Buffer[];

  constructor(raw: readonly Buffer[]) {
    this.#raw = raw;
  }

  get(name: string): string | undefined {
    for (let index = 0; index + 1 < this.#raw.length; index += 2) {
      const known = this.#raw[index];
      if (known?.length === name.length && known.toString('latin1').toLowerCase() === name) {
        return this.#raw[index + 1]?.toString('latin1');
      }
    }
    return undefined;
  }
}
