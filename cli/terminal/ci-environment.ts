import type { Environment } from '../../actions/action-context.ts';

/**
 * The run of a CI system other than GitHub Actions, by the names that a workflow has for it: commit, ref, branch that a merge
 * request is for, number of the run. Empty elsewhere.
 *
 * @example ciEnvironment({ GITLAB_CI: 'true', CI_PIPELINE_ID: '7' }).GITHUB_RUN_ID // => '7'
 */
export function ciEnvironment(env: Environment): Environment {
  if (env.GITHUB_ACTIONS === 'true') return {};
  if (env.GITLAB_CI === 'true') return present(gitLab(env));
  return env.JENKINS_URL ? present(jenkins(env)) : {};
}

function gitLab(env: Environment): Environment {
  const { CI_MERGE_REQUEST_IID: request, CI_COMMIT_TAG: tag, CI_COMMIT_BRANCH: branch } = env;
  return {
    GITHUB_REPOSITORY: env.CI_PROJECT_PATH,
    GITHUB_SHA: env.CI_COMMIT_SHA,
    GITHUB_REF: request ? `refs/merge-requests/${request}/head` : tag ? `refs/tags/${tag}` : branchRef(branch),
    GITHUB_BASE_REF: env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME,
    GITHUB_RUN_ID: env.CI_PIPELINE_ID,
    GITHUB_RUN_ATTEMPT: '1',
    TIDEGATE_VERSIONS: 'git',
  };
}

/** Of a multibranch pipeline; a build of a pull request has the branch that it is for as its target. */
function jenkins(env: Environment): Environment {
  const { CHANGE_ID: request, TAG_NAME: tag, BRANCH_NAME: branch } = env;
  return {
    GITHUB_SHA: env.GIT_COMMIT,
    GITHUB_REF: request ? `refs/pull/${request}/head` : tag ? `refs/tags/${tag}` : branchRef(branch),
    GITHUB_BASE_REF: env.CHANGE_TARGET,
    GITHUB_RUN_ID: env.BUILD_NUMBER,
    GITHUB_RUN_ATTEMPT: '1',
    TIDEGATE_VERSIONS: 'git',
  };
}

function branchRef(branch: string | undefined): string | undefined {
  return branch ? `refs/heads/${branch}` : undefined;
}

function present(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}
