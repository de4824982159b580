import type { AssumableRole } from './assume-role.ts';
import type { Scope, Value } from './expression.ts';
import type { JobLog } from './log.ts';
import type { Job } from './workflow.ts';

/** Dependencies of running a job. */
export interface JobOptions {
  readonly job: Job;
  /** Shown name: of the matrix combination. */
  readonly name: string;
  readonly matrix: Readonly<Record<string, unknown>>;
  /** The context of that name. */
  readonly strategy: Readonly<Record<string, unknown>>;
  /** Root of the folders of this job: workspace, temp, tool cache. */
  readonly directory: string;
  /** The `github` context, without `token`. */
  readonly github: Readonly<Record<string, unknown>>;
  /** The job's GITHUB_TOKEN. */
  readonly token: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly needs: Readonly<Record<string, { result: string; outputs: Readonly<Record<string, string>> }>>;
  readonly workflowEnv: Readonly<Record<string, unknown>>;
  /** ACTIONS_* of the results service. */
  readonly resultsEnvironment: Readonly<Record<string, string>>;
  readonly host: RunnerHost;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** Facts about a runner's machine. */
export interface RunnerHost {
  /** Folder that holds `actions/<name>/action.yml`: our own actions come from there. */
  readonly repositoryRoot: string;
  /** Node 24. */
  readonly node: string;
  /** PATH of the runner's image. */
  readonly path: string;
  /** `bin` folder of a Python environment, for `actions/setup-python`. */
  readonly pythonBin?: string | undefined;
  /** Address of the Git server, for `actions/checkout`. */
  readonly gitUrl: string;
  /** Roles that jobs may take on, by their ARN. */
  readonly roles?: Readonly<Record<string, AssumableRole>> | undefined;
  /** Its folders outlive a job, so that one of them may be a store; default: a runner of GitHub's. */
  readonly isSelfHosted?: boolean | undefined;
  /** Shared between jobs, as a self-hosted runner's. */
  readonly toolCache: string;
  /** Further variables of the image, such as a proxy or AWS_ENDPOINT_URL. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Result of one step. */
export interface StepResult {
  readonly name: string;
  readonly conclusion: 'success' | 'failure' | 'cancelled' | 'skipped';
  readonly summary: string;
}

/** The folders of one job. */
export interface JobFolders {
  readonly workspace: string;
  readonly temp: string;
  readonly home: string;
  readonly eventPath: string;
}

/** A post step that waits for the end of the job. */
export interface PostStep {
  readonly name: string;
  readonly condition: string;
  run(): Promise<boolean>;
}

/** Mutable state that steps of a job share. */
export interface JobState {
  readonly options: JobOptions;
  readonly folders: JobFolders;
  readonly log: JobLog;
  /** From GITHUB_ENV. */
  readonly env: Record<string, string>;
  /** From GITHUB_PATH, the newest first. */
  readonly paths: string[];
  readonly steps: Record<string, { outputs: Record<string, string>; outcome: string; conclusion: string }>;
  readonly posts: PostStep[];
  status: 'success' | 'failure' | 'cancelled';
}

/** Contexts of an expression of this job. */
export function scopeOf(
  state: JobState,
  env: Readonly<Record<string, string>>,
  extra: Record<string, Value> = {},
): Scope {
  const { options, folders } = state;
  const jobStatus = state.status;
  return {
    status: state.status,
    workspace: folders.workspace,
    contexts: {
      github: { ...options.github, token: options.token, workspace: folders.workspace, event_path: folders.eventPath },
      env,
      vars: options.variables,
      secrets: { ...options.secrets, GITHUB_TOKEN: options.token },
      inputs: options.inputs,
      needs: options.needs,
      matrix: options.matrix,
      strategy: options.strategy,
      job: { status: jobStatus },
      steps: state.steps,
      runner: {
        os: 'Linux',
        arch: process.arch === 'arm64' ? 'ARM64' : 'X64',
        name: 'testkit',
        temp: folders.temp,
        tool_cache: options.host.toolCache,
        environment: environmentOf(options.host),
        debug: '',
      },
      ...extra,
    },
  };
}

/** Fields of the `github` context that are variables GITHUB_* too. */
const NAMED =
  'action_ref actor actor_id api_url base_ref event_name graphql_url head_ref job ref ref_name ref_protected ref_type repository repository_id repository_owner repository_owner_id retention_days run_attempt run_id run_number server_url sha triggering_actor workflow workflow_ref workflow_sha'.split(
    ' ',
  );

function environmentOf({ isSelfHosted }: RunnerHost): 'self-hosted' | 'github-hosted' {
  return isSelfHosted === true ? 'self-hosted' : 'github-hosted';
}

/** The environment that every step of a job has, before `env:`. */
export function baseEnvironment(state: JobState): Record<string, string> {
  const { options, folders, paths } = state;
  const { github, host } = options;
  const text = (name: string) => String(github[name] ?? '');
  return {
    ...host.environment,
    HOME: folders.home,
    LANG: 'C.UTF-8',
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    ...Object.fromEntries(NAMED.map((name) => [`GITHUB_${name.toUpperCase()}`, text(name)])),
    GITHUB_WORKSPACE: folders.workspace,
    GITHUB_EVENT_PATH: folders.eventPath,
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_NAME: 'testkit',
    RUNNER_ENVIRONMENT: environmentOf(host),
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: host.toolCache,
    RUNNER_WORKSPACE: folders.workspace,
    ...state.env,
    PATH: [...paths, host.path].join(':'),
  };
}
