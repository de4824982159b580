import type { MergedChange, MergedChanges } from '../../ports/github/merged-changes.ts';
import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

const MAX_RUNS = 30;

/** Pull requests and their runs on GitHub. */
export class GitHubMergedChanges implements MergedChanges {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async of(commit: string): Promise<readonly MergedChange[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
      ...this.#repository,
      commit_sha: commit,
    });
    const { data } = await orServiceError(answer, `looking for the pull request of ${commit}`, 'pull-requests: read');
    return data
      .filter(({ merged_at, merge_commit_sha }) => merged_at !== null && merge_commit_sha === commit)
      .map(({ number, head }) => ({ number, headSha: head.sha }));
  }

  async runsOf(headSha: string): Promise<readonly number[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/actions/runs', {
      ...this.#repository,
      head_sha: headSha,
      event: 'pull_request',
      status: 'completed',
      per_page: MAX_RUNS,
    });
    const { data } = await orServiceError(answer, `listing the runs of ${headSha}`, 'actions: read');
    return data.workflow_runs.map(({ id }) => Number(id));
  }
}
