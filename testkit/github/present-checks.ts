import type { CommitObject } from './git-objects.ts';
import type { ArtifactEntry } from './github.ts';
import { nodeId, presentActionsApp, presentApp, presentRepository, presentUser } from './present.ts';
import { type PullIssue, presentPullMinimal, type View } from './present-issue.ts';
import type { CheckRun, CommitStatus, Deployment, Json, Repository, WorkflowJob, WorkflowRun } from './state.ts';

/** Open pull requests of this repository whose head is a commit (none for forks, as on GitHub). */
export function pullsAt(repository: Repository, sha: string): PullIssue[] {
  return [...repository.issues.values()].filter(
    (issue): issue is PullIssue =>
      issue.pull?.headSha === sha && issue.state === 'open' && issue.pull.headRepository === repository.fullName,
  );
}

/** A check run. */
export function presentCheckRun(view: View, repository: Repository, check: CheckRun): Json {
  const { addresses, state } = view;
  const url = `${addresses.api}/repos/${repository.fullName}/check-runs/${check.id}`;
  const html = `${addresses.html}/${repository.fullName}/runs/${check.id}`;
  return {
    id: check.id,
    node_id: nodeId('CheckRun', check.id),
    head_sha: check.headSha,
    external_id: check.externalId,
    url,
    html_url: html,
    details_url: check.detailsUrl ?? html,
    name: check.name,
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.startedAt,
    completed_at: check.completedAt,
    output: {
      ...check.output,
      annotations_count: check.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: repository.id * 10 + (check.app === 'app' ? 1 : 2) },
    app: check.app === 'app' ? presentApp(addresses, state.app, repository.owner) : presentActionsApp(addresses),
    pull_requests: pullsAt(repository, check.headSha).map((issue) => presentPullMinimal(view, repository, issue)),
  };
}

/** A commit status. */
export function presentStatus(view: View, repository: Repository, status: CommitStatus): Json {
  return {
    url: `${view.addresses.api}/repos/${repository.fullName}/statuses/${status.sha}`,
    avatar_url: `${view.addresses.html}/avatars/${status.creator.id}`,
    id: status.id,
    node_id: nodeId('Status', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator: presentUser(view.addresses, status.creator),
  };
}

/** A deployment. */
export function presentDeployment(view: View, repository: Repository, deployment: Deployment): Json {
  const base = `${view.addresses.api}/repos/${repository.fullName}`;
  return {
    url: `${base}/deployments/${deployment.id}`,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: 'deploy',
    payload: {},
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: null,
    creator: presentUser(view.addresses, deployment.creator),
    created_at: deployment.createdAt,
    updated_at: deployment.createdAt,
    statuses_url: `${base}/deployments/${deployment.id}/statuses`,
    repository_url: base,
    transient_environment: false,
    production_environment: false,
  };
}

/** A status of a deployment. */
export function presentDeploymentStatus(
  view: View,
  place: { repository: Repository; deployment: Deployment },
  status: Deployment['statuses'][number],
): Json {
  const base = `${view.addresses.api}/repos/${place.repository.fullName}`;
  const url = `${base}/deployments/${place.deployment.id}`;
  // GitHub says '' where none was given, which its own description does not allow.
  const page = `${view.addresses.html}/${place.repository.fullName}/deployments`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: presentUser(view.addresses, status.creator),
    description: status.description,
    environment: place.deployment.environment,
    target_url: page,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: url,
    repository_url: base,
    environment_url: page,
    log_url: page,
  };
}

/** A workflow run. */
export function presentRun(
  view: View,
  place: { repository: Repository; commit: CommitObject },
  run: WorkflowRun,
): Json {
  const { addresses, state } = view;
  const { repository, commit } = place;
  const base = `${addresses.api}/repos/${repository.fullName}`;
  const url = `${base}/actions/runs/${run.id}`;
  const head = state.repository(run.headRepository) ?? repository;
  const suite = run.id + 1_000_000;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: suite,
    check_suite_node_id: nodeId('CheckSuite', suite),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    run_number: run.number,
    run_attempt: run.attempt,
    referenced_workflows: [],
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    url,
    html_url: `${addresses.html}/${repository.fullName}/actions/runs/${run.id}`,
    pull_requests: run.pullRequests.flatMap((number) => {
      const issue = repository.issues.get(number);
      const { pull } = issue ?? {};
      return issue === undefined || pull === undefined
        ? []
        : [presentPullMinimal(view, repository, { ...issue, pull })];
    }),
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    actor: presentUser(addresses, run.actor),
    triggering_actor: presentUser(addresses, run.actor),
    run_started_at: run.createdAt,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${base}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${base}/actions/workflows/${run.workflowId}`,
    head_commit: {
      id: commit.sha,
      tree_id: commit.tree,
      message: commit.message,
      timestamp: commit.committer.date,
      author: { name: commit.author.name, email: commit.author.email },
      committer: { name: commit.committer.name, email: commit.committer.email },
    },
    repository: presentRepository(addresses, repository),
    head_repository: presentRepository(addresses, head),
    head_repository_id: head.id,
    display_title: run.displayTitle,
  };
}

/** A job of a workflow run. */
export function presentJob(
  view: View,
  place: { repository: Repository; run: WorkflowRun; attempt?: number },
  job: WorkflowJob,
): Json {
  const { addresses } = view;
  const { repository, run } = place;
  const base = `${addresses.api}/repos/${repository.fullName}`;
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${base}/actions/runs/${run.id}`,
    run_attempt: place.attempt ?? run.attempt,
    node_id: nodeId('Job', job.id),
    head_sha: run.headSha,
    head_branch: run.headBranch,
    workflow_name: run.name,
    url: `${base}/actions/jobs/${job.id}`,
    html_url: `${addresses.html}/${repository.fullName}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: job.startedAt,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    name: job.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      number: step.number,
      status: 'completed',
      conclusion: step.conclusion,
      started_at: job.startedAt,
      completed_at: job.completedAt,
    })),
    check_run_url: `${base}/check-runs/${job.checkRunId}`,
    labels: ['ubuntu-latest'],
    runner_id: 1,
    runner_name: 'testkit',
    runner_group_id: 1,
    runner_group_name: 'testkit',
  };
}

/** An artifact. */
export function presentArtifact(view: View, repository: Repository, artifact: ArtifactEntry): Json {
  const url = `${view.addresses.api}/repos/${repository.fullName}/actions/artifacts/${artifact.id}`;
  const run = repository.runs.find((one) => one.id === artifact.runId);
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.sizeBytes,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired ?? false,
    created_at: artifact.createdAt,
    expires_at: new Date(Date.parse(artifact.createdAt) + 90 * 86_400_000).toISOString(),
    updated_at: artifact.createdAt,
    digest: artifact.digest,
    workflow_run: {
      id: artifact.runId,
      repository_id: repository.id,
      head_repository_id: view.state.repository(run?.headRepository ?? repository.fullName)?.id ?? repository.id,
      head_branch: run?.headBranch ?? repository.defaultBranch,
      head_sha: run?.headSha ?? '',
    },
  };
}
