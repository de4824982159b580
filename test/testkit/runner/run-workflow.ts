import path from 'node:path';
import type { GitHub } from '../github/github.ts';
import { presentRepository, presentUser } from '../github/present.ts';
import { presentRun } from '../github/present-checks.ts';
import { presentWorkflow, workflowId } from '../github/routes-actions.ts';
import { emitCheckRun } from '../github/routes-checks.ts';
import type {
  Account,
  CheckRun,
  Conclusion,
  Json,
  Permissions,
  Principal,
  WorkflowJob,
  WorkflowRun,
} from '../github/state.ts';
import type { ResultsService } from '../results-service.ts';
import { asText, interpolate, interpolateAll, isConditionMet, type Scope } from './expression.ts';
import type { RunnerHost } from './job-state.ts';
import { type JobResult, runJob } from './run-job.ts';
import type { RunRequest } from './trigger.ts';
import { expandMatrix, type Job } from './workflow.ts';

/** What runs of workflows need. */
export interface Engine {
  readonly github: GitHub;
  readonly results: ResultsService;
  readonly host: RunnerHost;
  /** Folder of the jobs' work trees. */
  readonly directory: string;
  readonly onProgress: (progress: RunProgress) => void;
}

/** News of a run, for somebody who watches. */
export type RunProgress =
  | { readonly kind: 'run'; readonly run: WorkflowRun; readonly repository: string }
  | { readonly kind: 'job'; readonly run: WorkflowRun; readonly job: WorkflowJob; readonly repository: string }
  | { readonly kind: 'line'; readonly run: WorkflowRun; readonly job: WorkflowJob; readonly line: string };

interface Execution {
  readonly engine: Engine;
  readonly request: RunRequest;
  readonly run: WorkflowRun;
  readonly needs: Record<string, { result: string; outputs: Record<string, string> }>;
}

const ACTIONS_BOT: Account = { id: 41898282, login: 'github-actions[bot]', type: 'Bot' };
const READ_SCOPES = [
  'actions',
  'checks',
  'contents',
  'deployments',
  'id-token',
  'issues',
  'packages',
  'pull_requests',
  'statuses',
  'attestations',
];

/** Notes a run as queued. */
export function queueRun(engine: Engine, request: RunRequest, actor: Account): WorkflowRun {
  const { github } = engine;
  const { repository, workflow } = request;
  const now = github.state.now();
  const id = workflowId(workflow.path);
  const run: WorkflowRun = {
    id: github.state.newId(),
    number: repository.runs.filter((one) => one.workflowId === id).length + 1,
    attempt: 1,
    workflowId: id,
    name: workflow.name,
    path: workflow.path,
    event: request.event,
    status: 'queued',
    conclusion: null,
    headBranch: request.headBranch,
    headSha: request.headSha,
    headRepository: request.headRepository,
    displayTitle: request.title,
    actor,
    createdAt: now,
    updatedAt: now,
    jobs: [],
    pullRequests: request.pullRequests,
  };
  repository.runs.push(run);
  return run;
}

/** Tells the App and other workflows about a run. */
export async function emitRun(engine: Engine, request: RunRequest, run: WorkflowRun, action: string): Promise<void> {
  const { github } = engine;
  const { repository, workflow } = request;
  const commitRepository = github.state.repository(run.headRepository) ?? repository;
  const commit = await commitRepository.git.commit(run.headSha);
  const view = { state: github.state, addresses: github.addresses };
  const shown = { ...presentWorkflow(github.addresses, repository, run.path), name: workflow.name };
  const payload = { action, workflow_run: presentRun(view, { repository, commit }, run), workflow: shown };
  github.emit({ name: 'workflow_run', action, repository, sender: run.actor, payload, startsWorkflows: true });
}

/** Runs all jobs of a queued run, in the order of their needs. */
export async function executeRun(engine: Engine, request: RunRequest, run: WorkflowRun): Promise<void> {
  const execution: Execution = { engine, request, run, needs: {} };
  const repository = request.repository.fullName;
  run.status = 'in_progress';
  engine.onProgress({ kind: 'run', run, repository });
  await emitRun(engine, request, run, 'in_progress');
  const waiting = [...request.workflow.jobs];
  const conclusions: Conclusion[] = [];
  while (waiting.length > 0) {
    const index = waiting.findIndex((job) => job.needs.every((need) => need in execution.needs));
    const [job] = waiting.splice(index, 1);
    if (index < 0 || job === undefined) throw new Error(`${run.path}: needs that cannot be met`);
    conclusions.push(await executeJob(execution, job));
  }
  run.status = 'completed';
  run.conclusion = conclusions.includes('failure')
    ? 'failure'
    : conclusions.includes('cancelled')
      ? 'cancelled'
      : 'success';
  run.updatedAt = engine.github.state.now();
  engine.onProgress({ kind: 'run', run, repository });
  await emitRun(engine, request, run, 'completed');
}

/** One job with all combinations of its matrix. */
async function executeJob(execution: Execution, job: Job): Promise<Conclusion> {
  const needed = Object.fromEntries(
    job.needs.map((name) => [name, execution.needs[name] ?? { result: 'skipped', outputs: {} }]),
  );
  const results = Object.values(needed).map(({ result }) => result);
  const status = results.every((result) => result === 'success') ? 'success' : 'failure';
  const scope = runScope(execution, { status, needs: needed });
  if (!isConditionMet(job.condition, scope)) {
    execution.needs[job.key] = { result: 'skipped', outputs: {} };
    const shown = addJob(execution, job, job.name ?? job.key);
    finishJob(execution, shown, {
      conclusion: 'skipped',
      outputs: {},
      steps: [],
      annotations: [],
      log: '',
      summary: '',
    });
    return 'skipped';
  }
  const outputs: Record<string, string> = {};
  const conclusions: Conclusion[] = [];
  for (const matrix of expandMatrix(interpolateAll(job.matrix, scope))) {
    const result = await executeCombination(execution, { job, matrix, needed, scope });
    conclusions.push(result.conclusion);
    Object.assign(outputs, result.outputs);
  }
  const isTolerated = interpolateAll(job.continueOnError ?? false, scope) === true;
  const failed = conclusions.find((conclusion) => conclusion !== 'success');
  const conclusion = isTolerated ? 'success' : (failed ?? 'success');
  execution.needs[job.key] = { result: conclusion, outputs };
  return conclusion;
}

interface Combination {
  readonly job: Job;
  readonly matrix: Json;
  readonly needed: Execution['needs'];
  readonly scope: Scope;
}

async function executeCombination(execution: Execution, combination: Combination): Promise<JobResult> {
  const { engine, request, run } = execution;
  const { job, matrix, needed, scope } = combination;
  const isFork = isForkRun(request);
  const permissions = permissionsOf(request, job, isFork);
  const name = jobName(job, matrix, scope);
  const shown = addJob(execution, job, name);
  engine.onProgress({ kind: 'job', run, job: shown, repository: request.repository.fullName });
  const { state } = engine.github;
  const principal: Principal = {
    kind: 'job',
    account: ACTIONS_BOT,
    permissions,
    repositories: [request.repository.fullName],
    startsWorkflows: false,
  };
  state.accounts.set(ACTIONS_BOT.login, ACTIONS_BOT);
  const token = state.issueToken('ghs_', principal);
  const result = await runJob({
    job,
    name,
    matrix,
    directory: path.join(engine.directory, String(run.id), String(run.attempt), String(shown.id)),
    github: githubContext(execution, job.key),
    token,
    secrets: isFork ? {} : Object.fromEntries(request.repository.secrets),
    variables: Object.fromEntries(request.repository.variables),
    inputs: request.inputs,
    needs: needed,
    workflowEnv: request.workflow.env,
    resultsEnvironment: resultsEnvironment(execution, { shown, permissions, isFork }),
    host: engine.host,
    onLine: (line) => engine.onProgress({ kind: 'line', run, job: shown, line }),
  });
  // The token dies with its job.
  state.tokens.delete(token);
  finishJob(execution, shown, result);
  engine.onProgress({ kind: 'job', run, job: shown, repository: request.repository.fullName });
  return result;
}

function jobName(job: Job, matrix: Json, scope: Scope): string {
  if (job.name !== undefined)
    return asText(interpolate(job.name, { ...scope, contexts: { ...scope.contexts, matrix } }));
  const values = Object.values(matrix).map(asText);
  return values.length === 0 ? job.key : `${job.key} (${values.join(', ')})`;
}

/** Whether the head of the pull request lies in another repository: no secrets, a token that only reads. */
function isForkRun(request: RunRequest): boolean {
  return request.event === 'pull_request' && request.headRepository !== request.repository.fullName;
}

function permissionsOf(request: RunRequest, job: Job, isFork: boolean): Permissions {
  const declared = job.permissions ?? request.workflow.permissions ?? { contents: 'read', packages: 'read' };
  const all = (level: 'read' | 'write') => READ_SCOPES.map((name): [string, 'read' | 'write'] => [name, level]);
  const entries: [string, 'read' | 'write'][] =
    declared === 'read-all'
      ? all('read')
      : declared === 'write-all'
        ? all('write')
        : Object.entries(declared ?? {}).flatMap(([name, level]): [string, 'read' | 'write'][] =>
            level === 'read' || level === 'write' ? [[name.replace('pull-requests', 'pull_requests'), level]] : [],
          );
  return Object.fromEntries(entries.map(([name, level]) => [name, isFork ? 'read' : level]));
}

function resultsEnvironment(
  { engine, request, run }: Execution,
  { shown, permissions, isFork }: { shown: WorkflowJob; permissions: Permissions; isFork: boolean },
): Record<string, string> {
  const { repository } = request;
  const main = `refs/heads/${repository.defaultBranch}`;
  const base = request.baseRef === '' ? main : `refs/heads/${request.baseRef}`;
  const identity = {
    sub: `repo:${repository.fullName}:${request.event === 'pull_request' ? 'pull_request' : `ref:${request.ref}`}`,
    repository: repository.fullName,
    ref: request.ref,
    sha: request.sha,
    run_id: String(run.id),
    event_name: request.event,
  };
  // Triggers that strangers can pull only read the cache of the default branch.
  const isUntrusted = ['issue_comment', 'issues', 'pull_request_target'].includes(request.event);
  return engine.results.environment({
    repository: repository.fullName,
    runId: run.id,
    jobId: String(shown.id),
    cacheScopes: [...new Set([request.ref, base, main])],
    mayWriteCache: !isUntrusted,
    ...(permissions['id-token'] === 'write' && !isFork ? { identity } : {}),
  });
}

function addJob({ engine, request, run }: Execution, job: Job, name: string): WorkflowJob {
  const { state, addresses } = engine.github;
  const now = state.now();
  const check: CheckRun = {
    id: state.newId(),
    headSha: request.headSha,
    name,
    status: 'in_progress',
    conclusion: null,
    startedAt: now,
    completedAt: null,
    externalId: '',
    detailsUrl: `${addresses.html}/${request.repository.fullName}/actions/runs/${run.id}`,
    output: { title: null, summary: null, text: null },
    annotations: [],
    app: 'github-actions',
  };
  request.repository.checkRuns.push(check);
  const id = state.newId();
  const shown: WorkflowJob = {
    id,
    key: job.key,
    name,
    status: 'in_progress',
    conclusion: null,
    startedAt: now,
    completedAt: null,
    steps: [],
    log: '',
    summary: '',
    checkRunId: check.id,
  };
  run.jobs.push(shown);
  return shown;
}

function finishJob(
  { engine, request }: Execution,
  shown: WorkflowJob,
  result: Omit<JobResult, 'conclusion'> & { conclusion: Conclusion },
): void {
  const { github } = engine;
  const { repository } = request;
  const now = github.state.now();
  const steps = result.steps.map((step, index) => ({
    name: step.name,
    number: index + 1,
    conclusion: step.conclusion,
  }));
  Object.assign(shown, {
    status: 'completed',
    conclusion: result.conclusion,
    completedAt: now,
    steps,
    log: result.log,
    summary: result.summary,
  });
  const check = repository.checkRuns.find((one) => one.id === shown.checkRunId);
  if (check === undefined) return;
  Object.assign(check, { status: 'completed', conclusion: result.conclusion, completedAt: now });
  for (const annotation of result.annotations) {
    check.annotations.push({
      path: annotation.file ?? '.github',
      start_line: annotation.line ?? 1,
      end_line: annotation.endLine ?? annotation.line ?? 1,
      start_column: annotation.column ?? null,
      end_column: null,
      annotation_level: annotation.level === 'error' ? 'failure' : annotation.level,
      title: annotation.title ?? null,
      message: annotation.message,
      raw_details: null,
    });
  }
  const by: Principal = { kind: 'job', account: ACTIONS_BOT, startsWorkflows: false };
  emitCheckRun(github, { repository, check, by }, 'completed');
}

/** The `github` context of a job, without its token. */
function githubContext({ engine, request, run }: Execution, job: string): Json {
  const { github } = engine;
  const { repository } = request;
  const refName = request.ref.replace(/^refs\/(?:heads|tags|pull)\//, '');
  return {
    event_name: request.event,
    event: {
      ...request.payload,
      repository: presentRepository(github.addresses, repository),
      sender: presentUser(github.addresses, run.actor),
    },
    ref: request.ref,
    ref_name: refName,
    ref_type: request.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: String(repository.protection.has(refName)),
    sha: request.sha,
    head_ref: request.headRef,
    base_ref: request.baseRef,
    repository: repository.fullName,
    repository_id: String(repository.id),
    repository_owner: repository.owner.login,
    repository_owner_id: String(repository.owner.id),
    run_id: String(run.id),
    run_number: String(run.number),
    run_attempt: String(run.attempt),
    retention_days: '90',
    workflow: request.workflow.name,
    workflow_ref: `${repository.fullName}/${run.path}@${request.ref}`,
    workflow_sha: request.sha,
    job,
    actor: run.actor.login,
    actor_id: String(run.actor.id),
    triggering_actor: run.actor.login,
    server_url: github.addresses.html,
    api_url: github.addresses.api,
    graphql_url: `${github.addresses.api}/graphql`,
  };
}

/** What `if:` of jobs, concurrency groups and matrices see. */
export function runScope(execution: Execution, at: { status: 'success' | 'failure'; needs: Json }): Scope {
  const { request } = execution;
  return {
    status: at.status,
    workspace: '/nonexistent',
    contexts: {
      github: githubContext(execution, ''),
      needs: at.needs,
      inputs: request.inputs,
      vars: Object.fromEntries(request.repository.variables),
    },
  };
}
