import type { Dispatcher } from 'undici';
import { proxiesOf } from './proxy-settings.ts';

/** How connections are made. */
export interface AgentOptions {
  /** Where proxies are named (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly connectTimeoutMs: number;
  /** Connections to one origin; default: no bound. */
  readonly connections?: number;
}

/** Makes undici's agent for an environment, with its proxies. undici is loaded at the first call. */
export async function createAgent({ env, connectTimeoutMs, connections }: AgentOptions): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici');
  const options = {
    pipelining: 1,
    connect: { timeout: connectTimeoutMs },
    ...(connections === undefined ? {} : { connections }),
  };
  const proxies = proxiesOf(env);
  return proxies === undefined ? new Agent(options) : new EnvHttpProxyAgent({ ...options, ...proxies });
}
