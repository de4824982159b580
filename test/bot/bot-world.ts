import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import type { BotConfig } from '../../bot/config.ts';
import { type RunningBot, startBot } from '../../bot/server.ts';
import { runGit } from '../../testkit/git-client.ts';
import { type AddedArtifact, type AddedRun, FinishedRuns, finishedJob } from '../../testkit/github/finished-runs.ts';
import type { GitHubOptions, RunningGitHub } from '../../testkit/github/github-options.ts';
import { presentRun } from '../../testkit/github/present-checks.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import type { WorkflowJob, WorkflowRun } from '../../testkit/github/state.ts';
import { listenOnLoopback, readBody } from '../../testkit/http.ts';
import { WriteCounter } from '../../testkit/write-proxy.ts';
import { BotProgram } from './bot-program.ts';

/** Files of a commit by path; null removes one. */
export type CommitFiles = Readonly<Record<string, string | null>>;

/** How a world differs from the usual one. */
export interface WorldOptions {
  /** Writes of the bot rest between each other, as github.com asks for. */
  readonly isPaced?: boolean;
  /** Of the forge: a second App, the host of its pages. */
  readonly github?: Pick<GitHubOptions, 'onDispatch' | 'otherApp' | 'pagesHost'>;
}

/** A finished run of a pull request, with what it uploaded. */
export interface FinishedRunOptions {
  readonly repository: string;
  readonly headSha: string;
  readonly headBranch: string;
  readonly headRepository?: string;
  readonly event?: string;
  readonly artifacts: readonly AddedArtifact[];
  /** Default: a success of `model-ci.yml`, without jobs, at its first attempt. */
  readonly run?: Partial<Pick<WorkflowRun, 'name' | 'conclusion' | 'jobs' | 'attempt' | 'updatedAt'>>;
}

/** The bot behind its real HTTP server, before a forge whose workflow runs are whatever a test says they were. */
export class BotWorld {
  readonly directory: string;
  readonly github: RunningGitHub;
  readonly secret = randomBytes(24).toString('hex');
  /** Writes of the bot to the API; tokens do not count. */
  readonly writes = new WriteCounter((route) => route.includes('/access_tokens'));
  /** The workflow runs, and what they uploaded. */
  readonly runs: FinishedRuns;
  readonly #closing: (() => Promise<void>)[] = [];
  readonly #bots: RunningBot[] = [];
  #hookUrl = '';
  #apiPort = 0;
  #clones = 0;
  readonly #clock: { aheadMs: number };

  private constructor(
    directory: string,
    github: RunningGitHub,
    { runs, clock }: { runs: FinishedRuns; clock: { aheadMs: number } },
  ) {
    this.directory = directory;
    this.github = github;
    this.runs = runs;
    this.#clock = clock;
  }

  /** How far the clocks of the bot and of the forge are ahead; milliseconds. */
  get aheadMs(): number {
    return this.#clock.aheadMs;
  }

  set aheadMs(ms: number) {
    this.#clock.aheadMs = ms;
  }

  /**
   * @param replicas Bots in this process; each gets every webhook, all at once. None: `program` is one apart.
   */
  static async start(replicas = 1, { isPaced = false, github: forge = {} }: WorldOptions = {}): Promise<BotWorld> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'tidegate-bot-'));
    const clock = { aheadMs: 0 };
    const runs = await FinishedRuns.start();
    const github = await startGitHub({
      ...forge,
      directory: path.join(directory, 'github'),
      clock: () => new Date(Date.now() + clock.aheadMs),
      artifacts: runs.source,
    });
    const world = new BotWorld(directory, github, { runs, clock });
    world.#closing.push(runs.close);
    const proxy = await world.writes.before(github.port);
    world.#apiPort = proxy.port;
    world.#closing.push(() => proxy.close());
    for (let count = 0; count < replicas; count += 1) world.#bots.push(await startBot(world.#config(isPaced), 'fatal'));
    await world.#listen();
    return world;
  }

  /** Where webhooks are taken. */
  get hookUrl(): string {
    return this.#hookUrl;
  }

  /** Where the first bot tells its numbers. */
  get metricsUrl(): string {
    return `${this.#bots[0]?.metricsUrl ?? ''}/metrics`;
  }

  /** The first bot's own address. */
  get url(): string {
    return this.#bots[0]?.url ?? '';
  }

  /** All replicas sweep at once. */
  async sweep(): Promise<void> {
    await Promise.all(this.#bots.map((bot) => bot.sweep()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#bots.map((bot) => bot.stop()));
    await this.github.stop();
    for (const close of this.#closing) await close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** The bot as a process of its own, not yet started; it gets the webhooks from now on. */
  async program(): Promise<BotProgram> {
    const program = await BotProgram.create(this.#app());
    this.#closing.push(() => program.stop());
    this.github.webhook({ url: program.hookUrl, secret: this.secret });
    return program;
  }

  #app() {
    const apiUrl = `http://127.0.0.1:${this.#apiPort}/api/v3`;
    return { appId: this.github.appId, privateKey: this.github.appPrivateKey, webhookSecret: this.secret, apiUrl };
  }

  #config(isPaced: boolean): BotConfig {
    return {
      ...this.#app(),
      host: '127.0.0.1',
      port: 0,
      metricsPort: 0,
      sweepIntervalMs: 3_600_000,
      isPaced,
      pausesMs: [300, 1000, 3000],
      clockMs: () => Date.now() + this.aheadMs,
    };
  }

  async #listen(): Promise<void> {
    const urls = this.#bots.map(({ url }) => `${url}/api/github/webhooks`);
    if (urls.length === 0) return;
    this.#hookUrl = urls.length === 1 ? (urls[0] ?? '') : await this.#fanOut(urls);
    const isBusy = () => this.#bots.some((bot) => bot.isBusy);
    this.github.webhook({ url: this.#hookUrl, secret: this.secret, isBusy });
  }

  /** One address before several: anyone who balances a load would choose one, here all get it. */
  async #fanOut(urls: readonly string[]): Promise<string> {
    const { port, close } = await listenOnLoopback(async (request, response) => {
      const body = await readBody(request);
      const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      for (const name of ['connection', 'content-length', 'host', 'transfer-encoding']) headers.delete(name);
      const post = (url: string) => fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
      const [first] = await Promise.all(urls.map(post));
      response.writeHead(first?.status ?? 502).end();
    });
    this.#closing.push(close);
    return `http://127.0.0.1:${port}/`;
  }

  /** Whether a webhook is still worked on. */
  get isBusy(): boolean {
    return this.#bots.some((bot) => bot.isBusy);
  }

  /** Where the API is reached through the counting proxy. */
  get apiUrl(): string {
    return this.#app().apiUrl;
  }

  /** Resolves when every webhook was answered. */
  async settle(): Promise<void> {
    do await new Promise((resolve) => setTimeout(resolve, 20));
    while (this.github.webhooks.isBusy);
  }

  client(login = 'mona', role?: 'read' | 'write') {
    return getOctokit(this.github.userToken(login, role), { baseUrl: this.github.apiUrl }).rest;
  }

  /** A clone in which `commit` works. */
  async clone(repository: string, login = 'mona'): Promise<string> {
    this.#clones += 1;
    const folder = path.join(this.directory, `clone-${this.#clones}`);
    const token = this.github.userToken(login);
    await runGit(this.directory, ['clone', '--quiet', this.github.cloneUrl(repository, token), folder]);
    return folder;
  }

  /** Opens a pull request of a new branch with these files. @returns Its number and its head. */
  async openPull(
    clone: string,
    { repository, branch }: { readonly repository: string; readonly branch: string },
    files: CommitFiles,
  ): Promise<{ readonly number: number; readonly headSha: string }> {
    const headSha = await this.commit(clone, branch, files);
    const [owner = '', repo = ''] = repository.split('/');
    const { data } = await this.client().pulls.create({ owner, repo, head: branch, base: 'main', title: branch });
    await this.settle();
    return { number: data.number, headSha };
  }

  /** Commits files on top of main, as a branch of a clone, and pushes it. @returns The commit. */
  async commit(clone: string, branch: string, files: CommitFiles): Promise<string> {
    await runGit(clone, ['fetch', '--quiet', 'origin']);
    const base = (await runGit(clone, ['branch', '--remotes', '--list', 'origin/main'])) === '' ? [] : ['origin/main'];
    await runGit(clone, ['switch', '--quiet', '--no-track', '-C', branch, ...base]);
    for (const [file, text] of Object.entries(files)) {
      const target = path.join(clone, file);
      await mkdir(path.dirname(target), { recursive: true });
      await (text === null ? rm(target) : writeFile(target, text));
    }
    await runGit(clone, ['add', '--all']);
    await runGit(clone, ['commit', '--quiet', '--allow-empty', '-m', branch]);
    await runGit(clone, ['push', '--quiet', '--force', 'origin', `HEAD:${branch}`]);
    return runGit(clone, ['rev-parse', 'HEAD']);
  }

  /** Lets a run have finished, and tells the bot. @returns The GUID of the webhook. */
  async finishRun(options: FinishedRunOptions): Promise<string> {
    const { state, addresses, webhooks } = this.github;
    const repository = state.repository(options.repository);
    if (repository === undefined) throw new Error(`no repository ${options.repository}`);
    const head = state.repository(options.headRepository ?? options.repository) ?? repository;
    const { event = 'pull_request', headBranch, headSha, headRepository = options.repository } = options;
    const facts = { name: 'model-ci', event, headBranch, headSha, headRepository, ...options.run };
    const run = this.addRun(options.repository, facts);
    for (const artifact of options.artifacts) this.addArtifact(options.repository, run.id, artifact);
    const commit = await head.git.commit(options.headSha);
    const shown = presentRun({ state, addresses }, { repository, commit }, run);
    const payload = { action: 'completed', workflow_run: shown, workflow: { id: 1, name: run.name, path: run.path } };
    this.github.emit({
      name: 'workflow_run',
      action: 'completed',
      repository,
      sender: run.actor,
      payload,
      startsWorkflows: false,
    });
    await this.settle();
    return webhooks.deliveries.at(-1)?.guid ?? '';
  }

  /** Lets a run of `.github/workflows/<name>.yml` have succeeded; no one is told. */
  addRun(repository: string, facts: AddedRun): WorkflowRun {
    return this.runs.addRun(this.github, repository, facts);
  }

  /** Lets a run have uploaded an artifact. */
  addArtifact(repository: string, runId: number, artifact: AddedArtifact, createdAt = this.github.state.now()): number {
    return this.runs.addArtifact(this.github, { repository, id: runId }, { ...artifact, createdAt });
  }

  /** Lets all that a run uploaded have expired. */
  expireArtifacts(runId: number): void {
    this.runs.expire(runId);
  }

  /** A job of a run, from one instant to another; ISO 8601. */
  job(name: string, startedAt?: string, completedAt?: string): WorkflowJob {
    return finishedJob(this.github, name, startedAt, completedAt);
  }

  /** What the bot answered to the last webhook of a name. */
  lastAnswer(event: string): number | undefined {
    return this.github.webhooks.deliveries.findLast((one) => one.event === event)?.attempts.at(-1)?.status;
  }

  /** Sends a body as GitHub would, signed as told. */
  async post(body: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(this.hookUrl, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/test',
        'x-github-delivery': 'a0000000-0000-4000-8000-000000000000',
        'x-github-event': 'push',
        ...headers,
      },
    });
  }

  sign(body: string, secret = this.secret): string {
    return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  }
}
