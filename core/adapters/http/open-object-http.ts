import { AdaptiveLimit } from './adaptive-limit.ts';
import { HttpPool } from './http-pool.ts';
import { type ObjectEndpoint, ObjectHttp } from './object-http.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** Options of the requests of a remote. */
export interface RemoteHttpOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Requests in flight, at most. */
  readonly jobs: number;
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
}

/** Requests to the objects of a remote, with connections of its own. */
export function openObjectHttp(endpoint: ObjectEndpoint, options: RemoteHttpOptions): ObjectHttp {
  const pool = new HttpPool({
    env: options.env,
    connections: options.jobs,
    connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    readTimeoutMs: options.readTimeoutMs ?? DEFAULT_TIMEOUT_MS,
  });
  return new ObjectHttp(endpoint, { pool, limit: new AdaptiveLimit(options.jobs) });
}
