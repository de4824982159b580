import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createNodeMiddleware, Probot, ProbotOctokit } from 'probot';
import { statusOf } from '../core/adapters/github/github-client.ts';
import { UserError } from '../core/errors.ts';
import { asClient, createApp } from './app.ts';
import type { BotConfig } from './config.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { BotIdentity } from './repository.ts';
import { sweep } from './sweep.ts';

/** A running bot. */
export interface RunningBot {
  readonly url: string;
  /** Looks at every repository now. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

/** Chosen: GitHub's own limit of a webhook's payload. */
const MAX_PAYLOAD_BYTES = 25 * 2 ** 20;

/** Starts the bot's server: `POST /api/github/webhooks`, and `GET /healthz` for probes. */
export async function startBot(config: BotConfig, logLevel: 'info' | 'warn' | 'fatal' = 'info'): Promise<RunningBot> {
  const probot = new Probot({
    appId: config.appId,
    privateKey: config.privateKey,
    secret: config.webhookSecret,
    logLevel,
    ...(config.isPaced === false ? { Octokit: unpacedOctokit() } : {}),
    ...(config.apiUrl === undefined ? {} : { baseUrl: config.apiUrl }),
  });
  const queue = new KeyedQueue();
  const clockMs = config.clockMs ?? Date.now;
  const identity = memoize(async () => ({ ...(await findIdentity(probot, config.appId)), clockMs }));
  const app = createApp(identity, queue);
  const webhooks = await createNodeMiddleware(app, { probot, webhooksPath: '/api/github/webhooks' });
  const server = createServer((request, response) => {
    if (request.url === '/healthz') return response.writeHead(200).end('ok');
    const refusal = refusalOf(request);
    if (refusal !== undefined) return response.writeHead(refusal, { connection: 'close' }).end();
    void webhooks(request, response, () => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(config.port, config.host, resolve));
  const run = async () => sweep(probot, await identity(), queue);
  const timer = setInterval(() => run().catch((error: unknown) => probot.log.error(error)), config.sweepIntervalMs);
  return { url: urlOf(server), sweep: run, stop: () => stop(server, timer) };
}

/** Probot's client without the rests between writes. */
function unpacedOctokit(): typeof ProbotOctokit {
  return ProbotOctokit.defaults((options: ConstructorParameters<typeof ProbotOctokit>[0]) => ({
    ...options,
    throttle: { ...options?.throttle, enabled: false },
  }));
}

/** A body is read whole before its signature is known: its size has to be said, and small enough. */
function refusalOf({ method, headers }: IncomingMessage): 411 | 413 | undefined {
  if (method !== 'POST') return undefined;
  if (headers['content-length'] === undefined) return 411;
  return Number(headers['content-length']) > MAX_PAYLOAD_BYTES ? 413 : undefined;
}

async function findIdentity(probot: Probot, appId: number): Promise<Omit<BotIdentity, 'clockMs'>> {
  const { data } = await asClient(await probot.auth())
    .request('GET /app')
    .catch((cause: unknown) => {
      const status = statusOf(cause);
      if (status !== 401 && status !== 403 && status !== 404) throw cause;
      throw new UserError('INPUT_INVALID', `GitHub knows no App ${appId} with this PRIVATE_KEY (HTTP ${status})`, {
        fix: 'Set APP_ID and PRIVATE_KEY to those of one GitHub App.',
        cause,
      });
    });
  return { appId, login: `${data?.slug ?? ''}[bot]` };
}

/** The result of the first call that succeeds. */
function memoize<T>(make: () => Promise<T>): () => Promise<T> {
  const state: { value?: Promise<T> } = {};
  return async () => {
    state.value ??= make();
    try {
      return await state.value;
    } catch (error) {
      delete state.value;
      throw error;
    }
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return '';
  return `http://127.0.0.1:${address.port}`;
}

async function stop(server: Server, timer: NodeJS.Timeout): Promise<void> {
  clearInterval(timer);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
