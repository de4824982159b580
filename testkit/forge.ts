import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArtifactSource, ForgeEvent } from './github/github.ts';
import type { GitHubOptions, RunningGitHub } from './github/github-options.ts';
import { type RepositorySnapshot, takeSnapshot } from './github/snapshot.ts';
import { startGitHub } from './github/start-github.ts';
import type { DeploymentEnvironment, Repository, WorkflowRun } from './github/state.ts';
import { hostEnvironment } from './host-environment.ts';
import { fillToolCache } from './native-tool-cache.ts';
import { type ResultsService, startResultsService } from './results-service.ts';
import type { AssumableRole } from './runner/assume-role.ts';
import type { RunProgress } from './runner/execution.ts';
import type { RunnerHost } from './runner/job-state.ts';
import { Scheduler } from './runner/scheduler.ts';

/** News for someone who watches: what happened on the forge, or how far a run is. */
export type ForgeNews = { readonly kind: 'event'; readonly event: ForgeEvent } | RunProgress;

export interface ForgeOptions {
  /** Everything that the forge keeps is below. */
  readonly directory: string;
  /** The organisation that the App is installed in. Default `acme`. */
  readonly owner?: string;
  /** `bin` of the Python environment that `actions/setup-python` puts on PATH. */
  readonly pythonBin?: string;
  /** The runner's folders outlive a job, so that one of them may be a store. */
  readonly isSelfHosted?: boolean;
  /** Folder with `actions/<name>/action.yml` and their `dist`. Default: this repository. */
  readonly repositoryRoot?: string;
  /** Variables of the runner's image, such as the address of an S3 server. */
  readonly environment?: Readonly<Record<string, string>>;
  /** PATH of the runner's image. Default: that of this machine, without what npm scripts put there. */
  readonly path?: string;
  /** Roles that jobs may take on by their identity token, by ARN. */
  readonly roles?: Readonly<Record<string, AssumableRole>>;
  /** Node 24. Default: the node of this process. */
  readonly node?: string;
  /** Workflow runs at once. Default 2. */
  readonly concurrency?: number;
  readonly clock?: () => Date;
  readonly appPermissions?: GitHubOptions['permissions'];
  readonly onNews?: (news: ForgeNews) => void;
}

/** Parts of the GitHub emulation that the forge exposes. */
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
  /** Makes an environment: its secrets are for jobs that name it, in runs of its refs. */
  environment(repository: string, name: string, environment: DeploymentEnvironment): void;
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

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Starts the forge, the results service and the workflow engine. */
export async function startForge(options: ForgeOptions): Promise<Forge> {
  await fillToolCache(toolCacheOf(options));
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
    // What npm scripts put first on PATH is not a part of a runner's image.
    path:
      options.path ??
      PATH.split(':')
        .filter((folder) => !folder.includes('node_modules'))
        .join(':'),
    pythonBin: options.pythonBin,
    isSelfHosted: options.isSelfHosted,
    gitUrl: `http://127.0.0.1:${port}`,
    toolCache: toolCacheOf(options),
    environment: options.environment,
    roles: options.roles,
  };
}

function toolCacheOf({ directory }: ForgeOptions): string {
  return path.join(directory, 'tool-cache');
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
    environment: (name: string, environment: string, settings: DeploymentEnvironment) => {
      repositoryOf(name).environments.set(environment, settings);
    },
    protect: (name: string, branch: string, contexts: readonly string[]) => {
      repositoryOf(name).protection.set(branch, contexts);
    },
    schedule: (name: string, file: string) => scheduler.schedule(repositoryOf(name), file),
    rerun: (name: string, runId: number) => scheduler.rerun(repositoryOf(name), runId),
    idle: () => scheduler.idle(),
    snapshot: (name: string) => takeSnapshot(github, repositoryOf(name)),
    stop: async () => {
      await scheduler.stop();
      await github.stop();
      await results.stop();
    },
  };
}
