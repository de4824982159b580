import { presentRepository, presentUser } from '../github/present.ts';
import type { Json, Permissions, WorkflowJob } from '../github/state.ts';
import type { Execution } from './execution.ts';
import type { Scope } from './expression.ts';
import type { RunRequest } from './trigger.ts';
import type { Job } from './workflow.ts';

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

/** True if the head of the pull request is in another repository: no secrets, a token that only reads. */
export function isForkRun(request: RunRequest): boolean {
  return request.event === 'pull_request' && request.headRepository !== request.repository.fullName;
}

/** The permissions of the job's token. */
export function permissionsOf(request: RunRequest, job: Job, isFork: boolean): Permissions {
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

/** ACTIONS_* of the job: its scopes of the cache, its identity. */
export function resultsEnvironment(
  { engine, request, run }: Execution,
  { job, shown, permissions, isFork }: { job: Job; shown: WorkflowJob; permissions: Permissions; isFork: boolean },
): Record<string, string> {
  const { repository } = request;
  const main = `refs/heads/${repository.defaultBranch}`;
  const base = request.baseRef === '' ? main : `refs/heads/${request.baseRef}`;
  const place = request.event === 'pull_request' ? 'pull_request' : `ref:${request.ref}`;
  const identity = {
    sub: `repo:${repository.fullName}:${job.environment === undefined ? place : `environment:${job.environment}`}`,
    ...(job.environment === undefined ? {} : { environment: job.environment }),
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

/** The `github` context of a job, without its token. */
export function githubContext({ engine, request, run }: Execution, job: string): Json {
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

/** Contexts of `if:` of jobs, concurrency groups and matrices. */
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
