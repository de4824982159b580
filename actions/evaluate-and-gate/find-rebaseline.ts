import { createGitHubChecks } from '../../core/adapters/github/github-checks.ts';
import { GitHubComments } from '../../core/adapters/github/github-comments.ts';
import { GitHubPullRequests } from '../../core/adapters/github/github-pull-requests.ts';
import type { MergedChange } from '../../core/ports/github/pull-requests.ts';
import type { EvaluationPorts } from '../../core/usecases/evaluate/evaluation-ports.ts';
import { findRebaseline } from '../../core/usecases/evaluate/find-rebaseline.ts';
import type { ActionContext } from '../action-context.ts';
import { type GitHubAccess, gitHubOf } from '../github.ts';
import type { LoadedModel } from '../load-model.ts';
import { reportSource } from '../report-files.ts';

/** Asks GitHub for the decision of a person about the test set, under the pull request of this commit. */
export function rebaselineFinder(
  context: Pick<ActionContext, 'env' | 'isRunner'>,
  { name: model, config }: Pick<LoadedModel, 'name' | 'config'>,
  token: string | undefined,
): EvaluationPorts['findRebaseline'] {
  if (!context.isRunner || token === undefined) return undefined;
  return async (dataset) => {
    const access = await gitHubOf(context, token);
    const change = await changeOf(context, access);
    if (change === undefined) return undefined;
    const { client, repository } = access;
    // Only read: as which App and person does not matter.
    const ports = {
      checks: createGitHubChecks(client, repository, 0),
      comments: new GitHubComments(client, repository, ''),
    };
    const { number: pullRequest, headSha } = change;
    return findRebaseline({ model, models: Object.keys(config.models), pullRequest, headSha, dataset }, ports);
  };
}

/** GitHub's name of the branch of a merge group; the pull request is the last one in it. */
const MERGE_GROUP = /^refs\/heads\/gh-readonly-queue\/.+\/pr-(\d{1,9})-[0-9a-f]{40}$/;

/** The pull request of a run: the one that it is for, the one that it would merge, or the one whose merge made the commit. */
async function changeOf(
  { env }: Pick<ActionContext, 'env'>,
  { client, repository }: GitHubAccess,
): Promise<MergedChange | undefined> {
  const { commit, headCommit, ref } = await reportSource(env);
  const number = /^refs\/pull\/(\d{1,9})\/merge$/.exec(ref ?? '')?.[1];
  if (headCommit !== null) return number === undefined ? undefined : { number: Number(number), headSha: headCommit };
  if (commit === null) return undefined;
  const pullRequests = new GitHubPullRequests(client, repository);
  if (env.GITHUB_EVENT_NAME === 'merge_group') {
    const queued = MERGE_GROUP.exec(ref ?? '')?.[1];
    return queued === undefined ? undefined : pullRequests.get(Number(queued));
  }
  const [change, ...more] = await pullRequests.mergedBy(commit);
  return more.length === 0 ? change : undefined;
}
