import type { Checks } from '../../ports/github/checks.ts';
import { GitHubCheckRuns } from './github-check-runs.ts';
import type { GitHubClient, RepositoryName } from './github-client.ts';
import { GitHubHealthSignals } from './github-health-signals.ts';

/**
 * Our check runs in a GitHub repository, and what others say about its commits.
 *
 * @param appId Of our own App: check runs of others are left alone.
 */
export function createGitHubChecks(client: GitHubClient, repository: RepositoryName, appId: number): Checks {
  const runs = new GitHubCheckRuns(client, repository, appId);
  const signals = new GitHubHealthSignals(client, repository);
  return {
    show: (check) => runs.show(check),
    summaries: (check, headSha) => runs.summaries(check, headSha),
    health: (source, commits) => signals.health(source, commits),
  };
}
