import type {
  ScheduledWorkflow,
  WorkflowArtifact,
  WorkflowJob,
  WorkflowRun,
  Workflows,
} from '../../ports/github/workflows.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

const READ = 'actions: read';
const MAX_RUNS_OF_HEAD = 30;

/** The fields of a run that are read. */
interface RunAnswer {
  readonly id: number | bigint;
  readonly path: string;
  readonly event: string;
  readonly head_sha: string;
  readonly head_branch: string | null;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly created_at: string;
}

/** Workflows of a GitHub repository, their runs and artifacts. */
export class GitHubWorkflows implements Workflows {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async schedule(file: string): Promise<ScheduledWorkflow | undefined> {
    const at = { ...this.#repository, workflow_id: file };
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}', at)
      .catch(unlessMissing);
    const found = await orServiceError(answer, `reading the workflow ${file}`, READ);
    if (found === undefined) return undefined;
    const runs = this.#client.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
      ...at,
      event: 'schedule',
      per_page: 1,
    });
    const { data } = await orServiceError(runs, `listing the runs of ${file}`, READ);
    const { state, created_at: createdAt } = found.data;
    return { state, createdAt, lastScheduledAt: data.workflow_runs[0]?.created_at };
  }

  async run(id: number): Promise<WorkflowRun | undefined> {
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { ...this.#repository, run_id: id })
      .catch(unlessMissing);
    const found = await orServiceError(answer, `reading the workflow run ${id}`, READ);
    return found === undefined ? undefined : toRun(found.data);
  }

  async attempt(id: number, attempt: number): Promise<WorkflowRun | undefined> {
    const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}';
    const answer = this.#client
      .request(route, { ...this.#repository, run_id: id, attempt_number: attempt })
      .catch(unlessMissing);
    const found = await orServiceError(answer, `reading attempt ${attempt} of the workflow run ${id}`, READ);
    return found === undefined ? undefined : toRun(found.data);
  }

  async jobs(id: number, attempt: number): Promise<readonly WorkflowJob[]> {
    const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs';
    const answer = this.#client
      .paginate(route, { ...this.#repository, run_id: id, attempt_number: attempt, per_page: 100 })
      .catch(unlessMissing);
    const found = await orServiceError(answer, `listing the jobs of the workflow run ${id}`, READ);
    return (found ?? []).map(({ name, conclusion, started_at, completed_at }) => ({
      name,
      conclusion,
      startedAtMs: Date.parse(started_at),
      completedAtMs: completed_at === null ? undefined : Date.parse(completed_at),
    }));
  }

  async dispatched(workflow: string): Promise<readonly WorkflowRun[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
      ...this.#repository,
      workflow_id: workflow,
      event: 'workflow_dispatch',
      per_page: 100,
    });
    const { data } = await orServiceError(answer, `listing the runs of ${workflow}`, READ);
    return data.workflow_runs.map(toRun);
  }

  async runsOfHead(headSha: string): Promise<readonly number[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/actions/runs', {
      ...this.#repository,
      head_sha: headSha,
      event: 'pull_request',
      status: 'completed',
      per_page: MAX_RUNS_OF_HEAD,
    });
    const { data } = await orServiceError(answer, `listing the runs of ${headSha}`, READ);
    return data.workflow_runs.map(({ id }) => Number(id));
  }

  async dispatch(workflow: string, ref: string, inputs: Readonly<Record<string, string>>): Promise<void> {
    const answer = this.#client.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
      ...this.#repository,
      workflow_id: workflow,
      ref,
      inputs,
    });
    await orServiceError<unknown>(answer, `starting ${workflow}`, 'actions: write');
  }

  async artifacts(runId: number): Promise<readonly WorkflowArtifact[]> {
    const found = await orServiceError(
      this.#client.paginate('GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts', {
        ...this.#repository,
        run_id: runId,
        per_page: 100,
      }),
      `listing the artifacts of run ${runId}`,
      READ,
    );
    return found
      .filter(({ expired }) => !expired)
      .map(({ id, name, size_in_bytes, created_at }) => ({
        id: Number(id),
        name,
        sizeBytes: size_in_bytes,
        createdAtMs: Date.parse(created_at ?? ''),
      }));
  }

  async download(artifactId: number): Promise<Uint8Array> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', {
      ...this.#repository,
      artifact_id: artifactId,
      archive_format: 'zip',
    });
    const { data } = await orServiceError(answer, `downloading the artifact ${artifactId}`, READ);
    // The description has no body for the redirect; Octokit follows it and answers with the bytes.
    return new Uint8Array(data as unknown as ArrayBuffer);
  }
}

/** Nothing for what is not there; any other error stays one. */
function unlessMissing(error: unknown): undefined {
  if (statusOf(error) === 404) return undefined;
  throw error;
}

function toRun(data: RunAnswer): WorkflowRun {
  return {
    id: Number(data.id),
    path: data.path,
    event: data.event,
    headSha: data.head_sha,
    headBranch: data.head_branch,
    status: data.status ?? 'unknown',
    conclusion: data.conclusion,
    createdAt: data.created_at,
  };
}
