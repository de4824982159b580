import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { type ConnectionOptions, HttpConnection } from './http-connection.ts';
import { proxiesOf } from './proxy-settings.ts';

/** Chosen: what the kernel gives at once for small objects; bodies of large ones are read to where they belong. */
const READ_BYTES = 64 * 1024;
/** Chosen: far more than any server sends. */
const MAX_HEAD_BYTES = 64 * 1024;
/** Chosen: servers close connections after 5 s to some minutes; undici takes less where they say so. */
const KEEP_ALIVE_MS = 60_000;

/** Connection options. */
export interface AgentOptions {
  /** Environment that names proxies (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly connectTimeoutMs: number;
  /** Connections to one origin; default: no bound. */
  readonly connections?: number;
  /**
   * True where every handler uses bytes up before it returns: connections without TLS or proxy are then read into one
   * buffer. `fetch` and `request` keep what they are given.
   */
  readonly areBytesUsedAtOnce?: boolean;
}

/** Makes undici's agent for an environment, with its proxies. */
export function createAgent({ env, connectTimeoutMs, connections, areBytesUsedAtOnce }: AgentOptions): Dispatcher {
  const options = {
    pipelining: 1,
    maxHeaderSize: MAX_HEAD_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: connectTimeoutMs },
    ...(connections === undefined ? {} : { connections }),
  };
  const proxies = proxiesOf(env);
  const isShared = areBytesUsedAtOnce === true && proxies === undefined;
  const plain = isShared ? { buffer: Buffer.allocUnsafeSlow(READ_BYTES), connectTimeoutMs } : undefined;
  const connection = (origin: string | URL, given: object) =>
    // undici gives what it was given, with the connector that it made.
    new HttpConnection(origin, { ...(given as Omit<ConnectionOptions, 'plain'>), plain });
  const factory = (origin: string | URL, given: object) => new Pool(origin, { ...given, factory: connection });
  return proxies === undefined
    ? new Agent({ ...options, factory })
    : new EnvHttpProxyAgent({ ...options, ...proxies, factory });
}
