import type { ArtifactEntry } from './github.ts';
import { nodeId } from './present.ts';
import { presentArtifact, presentJob, presentRun } from './present-checks.ts';
import { ApiError, objectField, type RepositoryContext, type Route, repositoryRoute, requiredText } from './router.ts';
import { actorOf } from './routes-git.ts';
import { viewOf } from './routes-issues.ts';
import type { Json, Repository, WorkflowRun } from './state.ts';

/** The id of a workflow file, stable for its path. */
export function workflowId(path: string): number {
  return [...path].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 1_000_000_007, 7);
}

/** A workflow file, as `workflow`. */
export function presentWorkflow(context: { api: string; html: string }, repository: Repository, path: string): Json {
  const id = workflowId(path);
  const html = `${context.html}/${repository.fullName}`;
  return {
    id,
    node_id: nodeId('Workflow', id),
    name: path,
    path,
    state: 'active',
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    url: `${context.api}/repos/${repository.fullName}/actions/workflows/${id}`,
    html_url: `${html}/blob/${repository.defaultBranch}/${path}`,
    badge_url: `${html}/workflows/${path}/badge.svg`,
  };
}

function runOf({ repository, params }: RepositoryContext): WorkflowRun {
  const run = repository.runs.find((one) => one.id === Number(params.run_id));
  if (run === undefined) throw new ApiError(404, 'Not Found');
  return run;
}

async function runJson(context: RepositoryContext, run: WorkflowRun): Promise<Json> {
  const { repository } = context;
  return presentRun(viewOf(context), { repository, commit: await repository.git.commit(run.headSha) }, run);
}

async function listRuns(context: RepositoryContext, ofWorkflow?: string) {
  const { repository, query } = context;
  const matches = (name: string, value: string | null) => query.get(name) === null || query.get(name) === value;
  const runs = repository.runs
    .filter(
      (run) => matches('branch', run.headBranch) && matches('event', run.event) && matches('head_sha', run.headSha),
    )
    .filter((run) => matches('status', run.status) || matches('status', run.conclusion))
    .filter(
      (run) => ofWorkflow === undefined || String(run.workflowId) === ofWorkflow || run.path.endsWith(`/${ofWorkflow}`),
    );
  const list = await Promise.all(runs.toReversed().map((run) => runJson(context, run)));
  return { status: 200, items: { list, key: 'workflow_runs' } };
}

async function getRun(context: RepositoryContext) {
  return { status: 200, body: await runJson(context, runOf(context)) };
}

function listJobs(context: RepositoryContext) {
  const { repository } = context;
  const run = runOf(context);
  return {
    status: 200,
    items: { list: run.jobs.map((job) => presentJob(viewOf(context), { repository, run }, job)), key: 'jobs' },
  };
}

/** A run as it was in one of its attempts. */
function attemptOf(context: RepositoryContext): WorkflowRun {
  const run = runOf(context);
  const attempt = Number(context.params.attempt_number);
  if (attempt === run.attempt) return run;
  const past = run.earlier?.find((one) => one.attempt === attempt);
  if (past === undefined) throw new ApiError(404, 'Not Found');
  return { ...run, attempt, status: 'completed', conclusion: past.conclusion, jobs: [...past.jobs] };
}

async function getAttempt(context: RepositoryContext) {
  return { status: 200, body: await runJson(context, attemptOf(context)) };
}

function listAttemptJobs(context: RepositoryContext) {
  const { repository } = context;
  const run = attemptOf(context);
  return {
    status: 200,
    items: { list: run.jobs.map((job) => presentJob(viewOf(context), { repository, run }, job)), key: 'jobs' },
  };
}

function listArtifacts(context: RepositoryContext, runId?: number) {
  const { repository, github, query } = context;
  const name = query.get('name');
  const list = github.artifacts
    .list(repository.fullName, runId)
    .filter((artifact) => name === null || artifact.name === name)
    .toReversed()
    .map((artifact) => presentArtifact(viewOf(context), repository, artifact));
  return { status: 200, items: { list, key: 'artifacts' } };
}

function artifactOf({ repository, github, params }: RepositoryContext): ArtifactEntry {
  const artifact = github.artifacts.find(Number(params.artifact_id));
  if (artifact?.repository !== repository.fullName) throw new ApiError(404, 'Not Found');
  return artifact;
}

function getArtifact(context: RepositoryContext) {
  return { status: 200, body: presentArtifact(viewOf(context), context.repository, artifactOf(context)) };
}

function downloadArtifact(context: RepositoryContext) {
  if (context.params.archive_format !== 'zip') throw new ApiError(410, 'Gone');
  actorOf(context);
  const artifact = artifactOf(context);
  if (artifact.expired === true) throw new ApiError(410, 'Artifact has expired');
  return { status: 302, headers: { location: context.github.artifacts.url(artifact.id) } };
}

async function listWorkflows(context: RepositoryContext) {
  const { repository, github } = context;
  const folder = await repository.git.objectOf(`refs/heads/${repository.defaultBranch}:.github/workflows`);
  const entries = folder === undefined ? [] : await repository.git.tree(folder, false);
  const list = entries.map((entry) => presentWorkflow(github.addresses, repository, `.github/workflows/${entry.path}`));
  return { status: 200, items: { list, key: 'workflows' } };
}

async function getWorkflow(context: RepositoryContext) {
  const { repository, github, params } = context;
  const folder = await repository.git.objectOf(`refs/heads/${repository.defaultBranch}:.github/workflows`);
  const entries = folder === undefined ? [] : await repository.git.tree(folder, false);
  const wanted = params.workflow_id ?? '';
  const found = entries
    .map((entry) => `.github/workflows/${entry.path}`)
    .find((path) => path.endsWith(`/${wanted}`) || String(workflowId(path)) === wanted);
  if (found === undefined) throw new ApiError(404, 'Not Found');
  return { status: 200, body: presentWorkflow(github.addresses, repository, found) };
}

async function dispatchWorkflow(context: RepositoryContext) {
  const { repository, github, params, body } = context;
  const given = objectField(body, 'inputs');
  const inputs = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
  const ref = requiredText(body, 'ref');
  const workflow = params.workflow_id ?? '';
  const started = await github.dispatch({ repository, workflow, ref, inputs, by: actorOf(context) });
  if (!started) throw new ApiError(422, `Workflow does not have 'workflow_dispatch' trigger`);
  return { status: 204 };
}

/** Answered with an address of a storage, as artifacts are; GitHub says 404 for a log that is not there. */
function jobLog({ repository, params, github }: RepositoryContext) {
  const id = Number(params.job_id);
  const all = repository.runs.flatMap(({ jobs, earlier = [] }) => [...jobs, ...earlier.flatMap((one) => one.jobs)]);
  const job = all.find((one) => one.id === id);
  if (job === undefined || job.log === '') throw new ApiError(404, 'Not Found');
  return { status: 302, headers: { location: new URL(`${LOG_PATH}${id}`, github.addresses.api).href } };
}

/** Path under which the forge serves the logs of jobs, to anyone who knows it. */
export const LOG_PATH = '/_storage/job-logs/';

/** Workflow runs, their jobs and artifacts, and starting one by hand. */
export const ACTION_ROUTES: readonly Route[] = [
  repositoryRoute('GET /actions/runs', 'actions', (context) => listRuns(context)),
  repositoryRoute('GET /actions/runs/{run_id}', 'actions', getRun),
  repositoryRoute('GET /actions/runs/{run_id}/jobs', 'actions', listJobs),
  repositoryRoute('GET /actions/runs/{run_id}/attempts/{attempt_number}', 'actions', getAttempt),
  repositoryRoute('GET /actions/runs/{run_id}/attempts/{attempt_number}/jobs', 'actions', listAttemptJobs),
  repositoryRoute('GET /actions/runs/{run_id}/artifacts', 'actions', (context) =>
    listArtifacts(context, runOf(context).id),
  ),
  repositoryRoute('GET /actions/jobs/{job_id}/logs', 'actions', jobLog),
  repositoryRoute('GET /actions/artifacts', 'actions', (context) => listArtifacts(context)),
  repositoryRoute('GET /actions/artifacts/{artifact_id}', 'actions', getArtifact),
  repositoryRoute('GET /actions/artifacts/{artifact_id}/{archive_format}', 'actions', downloadArtifact),
  repositoryRoute('GET /actions/workflows', 'actions', listWorkflows),
  repositoryRoute('GET /actions/workflows/{workflow_id}', 'actions', getWorkflow),
  repositoryRoute('GET /actions/workflows/{workflow_id}/runs', 'actions', (context) =>
    listRuns(context, context.params.workflow_id),
  ),
  repositoryRoute('POST /actions/workflows/{workflow_id}/dispatches', 'actions:write', dispatchWorkflow),
];
