import type { HealthSignal } from '../../domain/promotion/health.ts';
import type { Checks, HealthSource } from '../../ports/github/checks.ts';

import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

/** Deployments that are looked at, newest first. */
const DEPLOYMENTS = 10;

/** Health as it is told on GitHub: commit statuses (Argo CD's notifications), check runs or deployment statuses. */
export class GitHubHealthSignals implements Pick<Checks, 'health'> {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async health(source: HealthSource, commits: readonly string[]): Promise<readonly HealthSignal[]> {
    if (source.from === 'deployment-status') return (await this.#deployments(source, commits)).reverse();
    const read = source.from === 'check-run' ? this.#checks.bind(this) : this.#statuses.bind(this);
    const found = await Promise.all(commits.map((commit) => read(source, commit)));
    // GitHub lists the newest first, and tells times in whole seconds.
    return found.flat().reverse();
  }

  async #statuses({ context, creator }: HealthSource, commit: string): Promise<HealthSignal[]> {
    const statuses = await orServiceError(
      this.#client.paginate('GET /repos/{owner}/{repo}/commits/{ref}/statuses', {
        ...this.#repository,
        ref: commit,
        per_page: 100,
      }),
      `reading the statuses of ${commit}`,
      'commit statuses: read',
    );
    return statuses
      .filter((status) => status.context === context && isBy(creator, status.creator?.login))
      .map(({ state, created_at }) => ({ state: signalOf(state), atMs: Date.parse(created_at) }));
  }

  async #checks({ context, creator }: HealthSource, commit: string): Promise<HealthSignal[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...this.#repository,
      ref: commit,
      check_name: context,
      filter: 'all',
      per_page: 100,
    });
    const { data } = await orServiceError(answer, `reading the checks of ${commit}`, 'checks: read');
    return data.check_runs
      .filter(({ name, app }) => name === context && isBy(creator, `${app?.slug}[bot]`))
      .map(({ conclusion, completed_at, started_at }) => ({
        state: conclusion === null ? 'pending' : signalOf(conclusion),
        atMs: Date.parse(completed_at ?? started_at ?? ''),
      }));
  }

  async #deployments({ context, creator }: HealthSource, commits: readonly string[]): Promise<HealthSignal[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/deployments', {
      ...this.#repository,
      environment: context,
      per_page: DEPLOYMENTS,
    });
    const { data } = await orServiceError(answer, `listing the deployments to ${context}`, 'deployments: read');
    const own = data.filter(({ sha }) => commits.includes(sha));
    const found = await Promise.all(own.map(({ id }) => this.#deploymentStatuses(Number(id))));
    return found.flat().flatMap(({ login, ...signal }) => (isBy(creator, login) ? [signal] : []));
  }

  async #deploymentStatuses(id: number): Promise<(HealthSignal & { readonly login: string | undefined })[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
      ...this.#repository,
      deployment_id: id,
      per_page: 100,
    });
    const { data } = await orServiceError(answer, `reading the statuses of deployment ${id}`, 'deployments: read');
    return data.map(({ state, created_at, creator }) => ({
      state: signalOf(state),
      atMs: Date.parse(created_at),
      login: creator?.login,
    }));
  }
}

function isBy(creator: string | undefined, login: string | undefined): boolean {
  return creator === undefined || creator === login;
}

/** Words of the three interfaces; what is neither good nor bad waits. */
function signalOf(state: string): HealthSignal['state'] {
  if (state === 'success') return 'success';
  if (state === 'failure' || state === 'timed_out') return 'failure';
  if (state === 'error' || state === 'cancelled' || state === 'action_required' || state === 'stale') return 'error';
  return 'pending';
}
