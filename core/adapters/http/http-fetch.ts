import { fetch, type RequestInit, type Response } from 'undici';
import { createAgent } from './http-agent.ts';

/** The `fetch` of the web, through the proxies of an environment. A request is sent once. */
export type HttpFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

const CONNECT_TIMEOUT_MS = 60_000;

/** Makes a `fetch` with connections of its own. */
export function createHttpFetch(env: Readonly<Record<string, string | undefined>>): HttpFetch {
  const dispatcher = createAgent({ env, connectTimeoutMs: CONNECT_TIMEOUT_MS });
  return (url, init = {}) => fetch(url, { ...init, dispatcher });
}
