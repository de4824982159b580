import { createNodeMiddleware, Probot, ProbotOctokit } from 'probot';
import { statusOf } from '../core/adapters/github/github-client.ts';
import { createHttpFetch } from '../core/adapters/http/http-fetch.ts';
import { proxiesOf } from '../core/adapters/http/proxy-settings.ts';
import { UserError } from '../core/errors.ts';
import { asClient, createApp } from './app.ts';
import { Background } from './background.ts';
import { BotMemory } from './bot-memory.ts';
import type { BotConfig } from './config.ts';
import { close, createMetricsServer, createWebhookServer, listen, WEBHOOKS_PATH } from './http-server.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { BotMetrics } from './metrics.ts';
import { createBotParser } from './parser.ts';
import type { BotIdentity } from './repository.ts';
import { sweep } from './sweep.ts';
import { Wakeups } from './wakeups.ts';

/** A running bot. */
export interface RunningBot {
  readonly url: string;
  /** Address of the metrics endpoint; undefined without a port for it. */
  readonly metricsUrl: string | undefined;
  /** True if an answered webhook is still worked on. */
  readonly isBusy: boolean;
  /** Looks at every repository now. */
  sweep(): Promise<void>;
  /** Takes no more webhooks, ends what was begun, and closes. What is lost, the next sweep finds. */
  stop(): Promise<void>;
}

/** Starts the bot's server: `POST /api/github/webhooks`, and `GET /healthz` and `/readyz` for probes. */
export async function startBot(config: BotConfig, logLevel: 'info' | 'warn' | 'fatal' = 'info'): Promise<RunningBot> {
  const background = new Background(config.pausesMs);
  const metrics = new BotMetrics(() => background.size);
  const probot = createProbot(config, metrics, logLevel);
  const queue = new KeyedQueue();
  const clockMs = config.clockMs ?? Date.now;
  const state = { isKnown: false, isStopping: false };
  const identity = memoize(async () => {
    const found = await findIdentity(probot, config.appId);
    state.isKnown = true;
    const asApp = async () => asClient(await probot.auth());
    return { ...found, asApp, clockMs, memory: new BotMemory() };
  });
  const parser = createBotParser();
  const wakeups = new Wakeups({ queue, background, parser, failed: (error) => probot.log.error(error) });
  const app = createApp({ identity, queue, background, metrics, wakeups });
  const webhooks = await createNodeMiddleware(app, { probot, webhooksPath: WEBHOOKS_PATH });
  const server = createWebhookServer({
    webhooks: (request, response) => void webhooks(request, response, () => response.writeHead(404).end()),
    isReady: () => state.isKnown && !state.isStopping,
    secret: config.webhookSecret,
  });
  const url = await listen(server, config);
  const measured = config.metricsPort === undefined ? undefined : createMetricsServer(metrics);
  const metricsUrl = measured && (await listen(measured, { host: config.host, port: config.metricsPort ?? 0 }));
  const run = async () => {
    await metrics.time('sweep', async () => sweep(probot, await identity(), { queue, wakeups }));
    metrics.lastSweep.setToCurrentTime();
  };
  const timer = setInterval(() => run().catch((error: unknown) => probot.log.error(error)), config.sweepIntervalMs);
  return {
    url,
    metricsUrl,
    get isBusy() {
      return background.size > 0;
    },
    sweep: run,
    stop: async () => {
      state.isStopping = true;
      clearInterval(timer);
      wakeups.stop();
      await close(server);
      await background.stop();
      await parser.close();
      if (measured !== undefined) await close(measured);
    },
  };
}

function createProbot(config: BotConfig, metrics: BotMetrics, logLevel: 'info' | 'warn' | 'fatal'): Probot {
  return new Probot({
    appId: config.appId,
    privateKey: config.privateKey,
    secret: config.webhookSecret,
    logLevel,
    Octokit: countingOctokit(config.isPaced === false ? unpacedOctokit() : ProbotOctokit, metrics),
    ...(config.apiUrl === undefined ? {} : { baseUrl: config.apiUrl }),
    ...byProxy(config.env),
  });
}

/** Node's own `fetch`, which Probot takes, knows no proxies. */
function byProxy(env: BotConfig['env'] = {}): { request?: { fetch: typeof fetch } } {
  if (proxiesOf(env) === undefined) return {};
  // The types of undici and of Node.js name the same things.
  return { request: { fetch: createHttpFetch(env) as unknown as typeof fetch } };
}

/** Probot's client without the rests between writes, for a stand-in of GitHub. */
export function unpacedOctokit(): typeof ProbotOctokit {
  return ProbotOctokit.defaults((options: ConstructorParameters<typeof ProbotOctokit>[0]) => ({
    ...options,
    throttle: { ...options?.throttle, enabled: false },
  }));
}

/** Probot's client, whose requests are counted: retries as well. */
function countingOctokit(client: typeof ProbotOctokit, { requests }: BotMetrics): typeof ProbotOctokit {
  return client.plugin((octokit) => {
    octokit.hook.after('request', ({ status }, { method }) => requests.inc({ method, status }));
    octokit.hook.error('request', (error, { method }) => {
      requests.inc({ method, status: statusOf(error) ?? 0 });
      throw error;
    });
  });
}

async function findIdentity(probot: Probot, appId: number): Promise<Pick<BotIdentity, 'appId' | 'login'>> {
  const { data } = await asClient(await probot.auth())
    .request('GET /app')
    .catch((cause: unknown) => {
      const status = statusOf(cause);
      if (status !== 401 && status !== 403 && status !== 404) throw cause;
      throw new UserError('INPUT_INVALID', `GitHub has no App ${appId} with this PRIVATE_KEY (HTTP ${status})`, {
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
