import type { GitRemote } from '../../core/adapters/git/git-remote.ts';
import { type Problem, UserError } from '../../core/errors.ts';
import type { ActionContext } from '../action-context.ts';

/**
 * Lets only a pipeline of the default branch register, outside GitHub Actions: what is merged becomes a version, and the keys
 * that write are for that branch alone.
 *
 * @throws {UserError} RELEASE_REFUSED with all reasons.
 */
export async function refuseOtherGitRuns(
  { env }: Pick<ActionContext, 'env'>,
  { commit, remote }: { readonly commit: string; readonly remote: GitRemote },
): Promise<void> {
  const { name, sha } = await remote.default();
  const problems: Problem[] = [];
  if (env.GITHUB_REF !== `refs/heads/${name}`) {
    problems.push({
      message: `this run is of ${env.GITHUB_REF ?? 'no branch'}, but versions are registered only from the default branch ${name}`,
      fix: `Merge first, and run tidegate register in a pipeline of ${name}.`,
    });
  } else if (!(await remote.isAncestorOrSame(commit, sha))) {
    problems.push({
      message: `the commit ${commit.slice(0, 12)} is not on the branch ${name} of origin`,
      fix: `Push it, and run tidegate register in a pipeline of ${name}.`,
    });
  }
  if (env.GITLAB_CI === 'true' && env.CI_COMMIT_REF_PROTECTED !== 'true') {
    problems.push({
      message: `the branch ${name} is not protected, so that everyone who may push could register`,
      fix: `Protect ${name} in Settings > Repository > Protected branches.`,
    });
  }
  if (problems.length > 0) throw UserError.ofProblems('RELEASE_REFUSED', problems);
}
