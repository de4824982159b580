import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArtifactSource, DispatchRequest, ForgeEvent } from './github/github.ts';
import { type RepositorySnapshot, takeSnapshot } from './github/snapshot.ts';
import { type GitHubOptions, type RunningGitHub, startGitHub } from './github/start-github.ts';
import type { Account, Repository, WorkflowRun } from './github/state.ts';
import { hostEnvironment } from './host-environment.ts';
import { type ResultsService, startResultsService } from './results-service.ts';
import { asText, interpolate } from './runner/expression.ts';
import type { RunnerHost } from './runner/job-state.ts';
import { type Engine, emitRun, executeRun, queueRun, type RunProgress, runScope } from './runner/run-workflow.ts';
import { defaultPlace, type RunRequest, requestsFor, workflowsAt } from './runner/trigger.ts';

/** News for somebody who watches: what happened on the forge, or how far a run is. */
export type ForgeNews = { readonly kind: 'event'; readonly event: ForgeEvent } | RunProgress;

export interface ForgeOptions {
  /** Everything that the forge keeps lies below. */
  readonly directory: string;
  /** The organisation that the App is installed in. Default `acme`. */
  readonly owner?: string;
  /** `bin` of the Python environment that `actions/setup-python` puts on PATH. */
  readonly pythonBin?: string;
  /** Folder with `actions/<name>/action.yml` and their `dist`. Default: this repository. */
  readonly repositoryRoot?: string;
  /** Variables of the runner's image, such as the address of an S3 server. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Node 24. Default: the node of this process. */
  readonly node?: string;
  /** Workflow runs at once. Default 2. */
  readonly concurrency?: number;
  readonly clock?: () => Date;
  readonly appPermissions?: GitHubOptions['permissions'];
  readonly onNews?: (news: ForgeNews) => void;
}

/** What the forge hands on from its GitHub part. */
type GitHubControls = Pick<
  RunningGitHub,
  | 'port'
  | 'apiUrl'
  | 'serverUrl'
  | 'owner'
  | 'appId'
  | 'appPrivateKey'
  | 'installationId'
  | 'violations'
  | 'createRepository'
  | 'forkRepository'
  | 'userToken'
  | 'webhook'
  | 'redeliver'
  | 'cloneUrl'
>;

/** A forge with its workflow engine. */
export interface Forge extends GitHubControls {
  readonly github: RunningGitHub;
  readonly results: ResultsService;
  /** Sets secrets that runs of a repository see, forks excepted. */
  secrets(repository: string, values: Readonly<Record<string, string>>): void;
  variables(repository: string, values: Readonly<Record<string, string>>): void;
  /** Required status checks of a branch. */
  protect(repository: string, branch: string, contexts: readonly string[]): void;
  /** Starts a workflow as its schedule would. */
  schedule(repository: string, workflowFile: string): Promise<WorkflowRun>;
  /** Runs a finished run again, as a new attempt. */
  rerun(repository: string, runId: number): void;
  /** Resolves when no run is queued or running and every webhook was answered. */
  idle(): Promise<void>;
  /** Everything that GitHub would show of a repository. */
  snapshot(repository: string): Promise<RepositorySnapshot>;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Starts the forge, the results service and the workflow engine. */
export async function startForge(options: ForgeOptions): Promise<Forge> {
  const results = await startResultsService({ directory: path.join(options.directory, 'results') });
  const scheduler = new Scheduler(options.concurrency ?? 2);
  const github = await startGitHub({
    directory: path.join(options.directory, 'git'),
    artifacts: artifactSource(results),
    onEvent: (event) => {
      options.onNews?.({ kind: 'event', event });
      scheduler.onEvent(event);
    },
    onDispatch: (request) => scheduler.dispatch(request),
    ...(options.owner === undefined ? {} : { owner: options.owner }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.appPermissions === undefined ? {} : { permissions: options.appPermissions }),
  });
  scheduler.engine = {
    github,
    results,
    host: runnerHost(options, github.port),
    directory: path.join(options.directory, 'runs'),
    onProgress: (progress) => options.onNews?.(progress),
  };
  return { ...handOn(github), ...controls(github, results, scheduler) };
}

function runnerHost(options: ForgeOptions, port: number): RunnerHost {
  const { PATH } = hostEnvironment();
  return {
    repositoryRoot: options.repositoryRoot ?? ROOT,
    node: options.node ?? process.execPath,
    // What npm scripts put first on PATH is no part of a runner's image.
    path: PATH.split(':')
      .filter((folder) => !folder.includes('node_modules'))
      .join(':'),
    pythonBin: options.pythonBin,
    gitUrl: `http://127.0.0.1:${port}`,
    toolCache: path.join(options.directory, 'tool-cache'),
    environment: options.environment,
  };
}

function artifactSource(results: ResultsService): ArtifactSource {
  return {
    list: (repository, runId) =>
      results.all().filter((one) => one.repository === repository && (runId === undefined || one.runId === runId)),
    find: (id) => results.artifact(id),
    url: (id) => {
      const artifact = results.artifact(id);
      return artifact === undefined ? '' : results.signedUrl(artifact);
    },
  };
}

function handOn(github: RunningGitHub): GitHubControls {
  return {
    port: github.port,
    apiUrl: github.apiUrl,
    serverUrl: github.serverUrl,
    owner: github.owner,
    appId: github.appId,
    appPrivateKey: github.appPrivateKey,
    installationId: github.installationId,
    violations: github.violations,
    createRepository: (name, options) => github.createRepository(name, options),
    forkRepository: (name, login) => github.forkRepository(name, login),
    userToken: (login, role) => github.userToken(login, role),
    webhook: (target) => github.webhook(target),
    redeliver: (guid) => github.redeliver(guid),
    cloneUrl: (name, token) => github.cloneUrl(name, token),
  };
}

function controls(github: RunningGitHub, results: ResultsService, scheduler: Scheduler) {
  const repositoryOf = (name: string): Repository => {
    const repository = github.state.repository(name);
    if (repository === undefined) throw new Error(`no repository ${name}`);
    return repository;
  };
  return {
    github,
    results,
    secrets: (name: string, values: Readonly<Record<string, string>>) => {
      for (const [key, value] of Object.entries(values)) repositoryOf(name).secrets.set(key, value);
    },
    variables: (name: string, values: Readonly<Record<string, string>>) => {
      for (const [key, value] of Object.entries(values)) repositoryOf(name).variables.set(key, value);
    },
    protect: (name: string, branch: string, contexts: readonly string[]) => {
      repositoryOf(name).protection.set(branch, contexts);
    },
    schedule: (name: string, file: string) => scheduler.schedule(repositoryOf(name), file),
    rerun: (name: string, runId: number) => scheduler.rerun(repositoryOf(name), runId),
    idle: () => scheduler.idle(),
    snapshot: (name: string) => takeSnapshot(github, repositoryOf(name)),
    stop: async () => {
      await github.stop();
      await results.stop();
    },
  };
}

interface Queued {
  readonly request: RunRequest;
  readonly run: WorkflowRun;
  readonly group: string | undefined;
}

/** Turns events into runs, and runs them: a few at once, one of a concurrency group at a time. */
class Scheduler {
  engine: Engine | undefined;
  readonly #limit: number;
  readonly #queue: Queued[] = [];
  readonly #running = new Set<Queued>();
  readonly #requests = new Map<WorkflowRun, RunRequest>();
  #reading = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  #started(): Engine {
    if (this.engine === undefined) throw new Error('the forge has not started');
    return this.engine;
  }

  onEvent(event: ForgeEvent): void {
    if (!event.startsWorkflows) return;
    this.#track(async () => {
      for (const request of await requestsFor(event)) await this.#enqueue(request, event.sender);
    });
  }

  async dispatch({ repository, workflow, ref, inputs, by }: DispatchRequest): Promise<boolean> {
    const request = await this.#manualRequest(repository, { file: workflow, ref, event: 'workflow_dispatch' });
    if (request === undefined) return false;
    const declared = request.workflow.on.workflow_dispatch?.inputs;
    const filled = withDefaults(declared, inputs);
    await this.#enqueue(
      { ...request, inputs: filled, payload: { inputs: filled, ref: request.ref, workflow: request.workflow.path } },
      by.account,
    );
    return true;
  }

  async schedule(repository: Repository, file: string): Promise<WorkflowRun> {
    const request = await this.#manualRequest(repository, { file, ref: repository.defaultBranch, event: 'schedule' });
    if (request === undefined) throw new Error(`${file} has no schedule on ${repository.defaultBranch}`);
    return this.#enqueue({ ...request, payload: { schedule: '0 0 * * *' } }, repository.owner);
  }

  rerun(repository: Repository, runId: number): void {
    const run = repository.runs.find((one) => one.id === runId);
    const request = run === undefined ? undefined : this.#requests.get(run);
    if (run === undefined || request === undefined || run.status !== 'completed')
      throw new Error(`run ${runId} cannot be run again`);
    run.attempt += 1;
    run.status = 'queued';
    run.conclusion = null;
    run.jobs.length = 0;
    this.#queue.push({ request, run, group: this.#groupOf(request, run) });
    this.#next();
  }

  async idle(): Promise<void> {
    const { webhooks } = this.#started().github;
    let quiet = 0;
    // An answered webhook may have set something off: two quiet looks in a row, a turn of the loop apart.
    while (quiet < 2) {
      const isBusy = this.#reading > 0 || this.#queue.length > 0 || this.#running.size > 0 || webhooks.isBusy;
      quiet = isBusy ? 0 : quiet + 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #manualRequest(
    repository: Repository,
    wanted: { file: string; ref: string; event: 'schedule' | 'workflow_dispatch' },
  ): Promise<RunRequest | undefined> {
    const place = await defaultPlace(repository, wanted.ref);
    if (place === undefined) return undefined;
    const workflows = await workflowsAt(repository, place.sha);
    const { workflowId } = await import('./github/routes-actions.ts');
    const isWanted = (file: string) =>
      file.endsWith(`/${wanted.file}`) || file === wanted.file || String(workflowId(file)) === wanted.file;
    const workflow = workflows.find((one) => isWanted(one.path) && wanted.event in one.on);
    if (workflow === undefined) return undefined;
    return { repository, workflow, event: wanted.event, payload: {}, inputs: {}, title: workflow.name, ...place };
  }

  async #enqueue(request: RunRequest, actor: Account): Promise<WorkflowRun> {
    const engine = this.#started();
    const run = queueRun(engine, request, actor);
    this.#requests.set(run, request);
    this.#queue.push({ request, run, group: this.#groupOf(request, run) });
    await emitRun(engine, request, run, 'requested');
    this.#next();
    return run;
  }

  #groupOf(request: RunRequest, run: WorkflowRun): string | undefined {
    const { concurrency } = request.workflow;
    const group =
      concurrency !== null && typeof concurrency === 'object' && 'group' in concurrency
        ? concurrency.group
        : concurrency;
    if (group === undefined || group === null) return undefined;
    const scope = runScope({ engine: this.#started(), request, run, needs: {} }, { status: 'success', needs: {} });
    return `${request.repository.fullName}/${asText(interpolate(String(group), scope))}`;
  }

  #next(): void {
    while (this.#running.size < this.#limit) {
      const busy = new Set([...this.#running].map(({ group }) => group));
      const index = this.#queue.findIndex(({ group }) => group === undefined || !busy.has(group));
      const [next] = index < 0 ? [] : this.#queue.splice(index, 1);
      if (next === undefined) return;
      this.#running.add(next);
      executeRun(this.#started(), next.request, next.run)
        .catch((error: unknown) => this.#fail(next, error))
        .finally(() => {
          this.#running.delete(next);
          this.#next();
        });
    }
  }

  async #fail({ run, request }: Queued, error: unknown): Promise<void> {
    run.status = 'completed';
    run.conclusion = 'failure';
    const engine = this.#started();
    engine.onProgress({ kind: 'run', run, repository: request.repository.fullName });
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const job = {
      id: 0,
      key: 'runner',
      name: 'runner',
      status: 'completed',
      conclusion: 'failure',
      steps: [],
      summary: '',
    } as const;
    run.jobs.push({
      ...job,
      steps: [],
      startedAt: run.createdAt,
      completedAt: run.createdAt,
      log: message,
      checkRunId: 0,
    });
    await emitRun(engine, request, run, 'completed');
  }

  #track(work: () => Promise<void>): void {
    this.#reading += 1;
    work()
      .catch((error: unknown) => {
        // A workflow that cannot be read starts nothing; say so where somebody sees it.
        console.error(error);
      })
      .finally(() => {
        this.#reading -= 1;
      });
  }
}

function withDefaults(declared: unknown, given: Readonly<Record<string, string>>): Record<string, string> {
  const entries = declared !== null && typeof declared === 'object' ? Object.entries(declared) : [];
  const defaults = entries.flatMap(([name, input]): [string, string][] => {
    const value: unknown =
      input !== null && typeof input === 'object' && 'default' in input ? input.default : undefined;
    return value === undefined ? [] : [[name, String(value)]];
  });
  return { ...Object.fromEntries(defaults), ...given };
}
