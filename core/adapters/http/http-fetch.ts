import type { Dispatcher, RequestInit, Response } from 'undici';
import { createAgent } from './http-agent.ts';

/** The `fetch` of the web, through the proxies of an environment. A request is sent once. */
export type HttpFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

const CONNECT_TIMEOUT_MS = 60_000;

/** Makes a `fetch` with connections of its own. undici is loaded at its first call. */
export function createHttpFetch(env: Readonly<Record<string, string | undefined>>): HttpFetch {
  let agent: Promise<Dispatcher> | undefined;
  return async (url, init = {}) => {
    const { fetch } = await import('undici');
    agent ??= createAgent({ env, connectTimeoutMs: CONNECT_TIMEOUT_MS });
    return fetch(url, { ...init, dispatcher: await agent });
  };
}
