import path from 'node:path';
import { presentRun } from '../github/present-checks.ts';
import { presentWorkflow, workflowId } from '../github/routes-actions.ts';
import type { Account, Conclusion, Json, Principal, WorkflowRun } from '../github/state.ts';
import { ACTIONS_BOT, type Engine, type Execution } from './execution.ts';
import { asText, interpolate, interpolateAll, isConditionMet, type Scope } from './expression.ts';
import { githubContext, isForkRun, permissionsOf, resultsEnvironment, runScope } from './job-context.ts';
import { addJob, finishJob } from './job-record.ts';
import { environmentRefusal, secretsOf } from './job-secrets.ts';
import { type JobResult, refusedJob, runJob } from './run-job.ts';
import type { RunRequest } from './trigger.ts';
import { expandMatrix, type Job } from './workflow.ts';

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
    earlier: [],
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
  const combinations = expandMatrix(interpolateAll(job.matrix, scope));
  if (combinations.length === 0 || combinations.length > MOST_COMBINATIONS) return refuseMatrix(execution, job);
  for (const [index, matrix] of combinations.entries()) {
    const strategy = { 'fail-fast': true, 'job-index': index, 'job-total': combinations.length, 'max-parallel': 1 };
    const result = await executeCombination(execution, { job, matrix, strategy, needed, scope });
    conclusions.push(result.conclusion);
    // The combinations share their outputs: what one leaves empty does not replace another's.
    Object.assign(outputs, Object.fromEntries(Object.entries(result.outputs).filter(([, value]) => value !== '')));
  }
  const isTolerated = interpolateAll(job.continueOnError ?? false, scope) === true;
  const failed = conclusions.find((conclusion) => conclusion !== 'success');
  const conclusion = isTolerated ? 'success' : (failed ?? 'success');
  execution.needs[job.key] = { result: conclusion, outputs };
  return conclusion;
}

/** GitHub's limit of one matrix. */
const MOST_COMBINATIONS = 256;

/** GitHub runs no job of a matrix that is empty or too large, and the run fails. */
function refuseMatrix(execution: Execution, job: Job): Conclusion {
  const shown = addJob(execution, job, job.name ?? job.key);
  finishJob(execution, shown, refusedJob('Matrix must define at least one vector, and at most 256 jobs'));
  execution.needs[job.key] = { result: 'failure', outputs: {} };
  return 'failure';
}

interface Combination {
  readonly job: Job;
  readonly matrix: Json;
  /** The context of that name. */
  readonly strategy: Json;
  readonly needed: Execution['needs'];
  readonly scope: Scope;
}

async function executeCombination(execution: Execution, combination: Combination): Promise<JobResult> {
  const { engine, request, run } = execution;
  const { job, matrix, strategy, needed, scope } = combination;
  const isFork = isForkRun(request);
  const permissions = permissionsOf(request, job, isFork);
  const name = jobName(job, matrix, scope);
  const shown = addJob(execution, job, name);
  engine.onProgress({ kind: 'job', run, job: shown, repository: request.repository.fullName });
  const refusal = environmentRefusal(request, job);
  if (refusal !== undefined) {
    const refused = refusedJob(refusal);
    finishJob(execution, shown, refused);
    return refused;
  }
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
    strategy,
    directory: path.join(engine.directory, String(run.id), String(run.attempt), String(shown.id)),
    github: githubContext(execution, job.key),
    token,
    secrets: secretsOf(request, job),
    variables: Object.fromEntries(request.repository.variables),
    inputs: request.inputs,
    needs: needed,
    workflowEnv: request.workflow.env,
    resultsEnvironment: resultsEnvironment(execution, { job, shown, permissions, isFork }),
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
