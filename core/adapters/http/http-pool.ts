import type { Dispatcher } from 'undici';
import { ExchangeHandler } from './exchange-handler.ts';
import { createAgent } from './http-agent.ts';
import type { HttpPoolOptions, HttpReceiver, HttpRequest } from './http-exchange.ts';

/** Kept-alive connections. A request is sent once: who calls decides about another try. */
export class HttpPool {
  readonly #agent: Dispatcher;
  readonly #readTimeoutMs: number;

  constructor(options: HttpPoolOptions) {
    this.#agent = createAgent({ ...options, areBytesUsedAtOnce: true });
    this.#readTimeoutMs = options.readTimeoutMs;
  }

  /**
   * Sends a request and hands the answer on.
   *
   * @throws Errors of the connection as they are: refused, reset, timed out, a body shorter than it said.
   */
  async exchange({ body, ...request }: HttpRequest, receiver: HttpReceiver): Promise<void> {
    const timeouts = { headersTimeout: this.#readTimeoutMs, bodyTimeout: this.#readTimeoutMs };
    for (;;) {
      const handler = new ExchangeHandler(request.method, receiver);
      this.#agent.dispatch({ ...request, ...timeouts, body: body ?? null }, handler);
      try {
        return await handler.done;
      } catch (error) {
        // Between two requests a server may close a connection at any time: that is not a failure of the request.
        if (!handler.wasStale) throw error;
      }
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
