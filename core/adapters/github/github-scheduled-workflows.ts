import type { ScheduledWorkflow, ScheduledWorkflows } from '../../ports/github/scheduled-workflows.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** Workflows of a GitHub repository that a schedule starts. */
export class GitHubScheduledWorkflows implements ScheduledWorkflows {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async find(file: string): Promise<ScheduledWorkflow | undefined> {
    const at = { ...this.#repository, workflow_id: file };
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}', at)
      .catch((error: unknown) => {
        if (statusOf(error) === 404) return undefined;
        throw error;
      });
    const found = await orServiceError(answer, `reading the workflow ${file}`, 'actions: read');
    if (found === undefined) return undefined;
    const runs = this.#client.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
      ...at,
      event: 'schedule',
      per_page: 1,
    });
    const { data } = await orServiceError(runs, `listing the runs of ${file}`, 'actions: read');
    const { state, created_at: createdAt } = found.data;
    return { state, createdAt, lastScheduledAt: data.workflow_runs[0]?.created_at };
  }
}
