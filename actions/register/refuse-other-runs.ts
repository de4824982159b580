import { GitHubBranches } from '../../core/adapters/github/github-branches.ts';
import { DEFAULT_RELEASE_WORKFLOW, releaseProblems } from '../../core/domain/registry/release-run.ts';
import { UserError } from '../../core/errors.ts';
import type { ActionContext } from '../action-context.ts';
import type { GitHubAccess } from '../github.ts';
import type { LoadedModel } from '../load-model.ts';

/**
 * Lets only the release workflow of the default branch register: keys that write, and the tag, are for what was merged.
 *
 * @throws {UserError} RELEASE_REFUSED with all reasons.
 */
export async function refuseOtherRuns(
  { env }: ActionContext,
  { name, model }: LoadedModel,
  { client, repository }: GitHubAccess,
): Promise<void> {
  const run = {
    repository: env.GITHUB_REPOSITORY,
    ref: env.GITHUB_REF,
    workflowRef: env.GITHUB_WORKFLOW_REF,
    event: env.GITHUB_EVENT_NAME,
  };
  const { name: defaultBranch } = await new GitHubBranches(client, repository).default();
  const workflow = model.register?.workflow ?? DEFAULT_RELEASE_WORKFLOW;
  const problems = releaseProblems(run, { model: name, defaultBranch, workflow });
  if (problems.length > 0) throw UserError.ofProblems('RELEASE_REFUSED', problems);
}
