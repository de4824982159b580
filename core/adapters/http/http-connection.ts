import { buildConnector, Client, type Dispatcher } from 'undici';
import { ConnectionState, ExchangeHandler } from './exchange-handler.ts';
import { SocketReader } from './socket-reader.ts';

type Connector = buildConnector.connector;

/** State that connections of one agent share. */
export interface ConnectionOptions extends Client.Options {
  /** As the pool of undici made it: over TLS, or through a proxy. */
  readonly connect: Connector;
  /** Connects to servers without TLS, read into a shared buffer; undefined where a proxy is between. */
  readonly plain: { readonly buffer: Buffer; readonly connectTimeoutMs: number } | undefined;
}

/** undici's client of one connection, which tells an exchange whether the connection carried others before. */
export class HttpConnection extends Client {
  readonly #state: ConnectionState;

  constructor(origin: string | URL, { connect, plain, ...options }: ConnectionOptions) {
    const state = new ConnectionState();
    const isPlain = plain !== undefined && new URL(origin).protocol === 'http:';
    const open = isPlain ? plainConnector(plain, state) : connect;
    super(origin, {
      ...options,
      connect: (target, callback) => {
        state.exchanges = 0;
        state.current = undefined;
        open(target, callback);
      },
    });
    this.#state = state;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandlers): boolean {
    if (handler instanceof ExchangeHandler) handler.connection = this.#state;
    return super.dispatch(options, handler);
  }
}

/** A body goes straight to where it is wanted, all else into the shared buffer. */
function plainConnector(
  { buffer, connectTimeoutMs }: { readonly buffer: Buffer; readonly connectTimeoutMs: number },
  state: ConnectionState,
): Connector {
  return (target, callback) => {
    const reader = new SocketReader(() => state.current?.target() ?? buffer);
    const connect = buildConnector({ timeout: connectTimeoutMs, onread: reader.onread } as buildConnector.BuildOptions);
    connect(target, (...result) => {
      const [failure, socket] = result;
      if (failure === null) reader.attach(socket);
      callback(...result);
    });
  };
}
