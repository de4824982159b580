import { describe, expect, it } from 'vitest';
import { ciEnvironment } from '../../cli/terminal/ci-environment.ts';

describe('ciEnvironment', () => {
  it('reads a merge request pipeline of GitLab, and one of a branch', () => {
    const common = { GITLAB_CI: 'true', CI_PROJECT_PATH: 'a/b/c', CI_COMMIT_SHA: 'f'.repeat(40), CI_PIPELINE_ID: '7' };
    const request = { CI_MERGE_REQUEST_IID: '5', CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' };
    expect(ciEnvironment({ ...common, ...request })).toMatchObject({
      ...{ GITHUB_REF: 'refs/merge-requests/5/head', GITHUB_BASE_REF: 'main', GITHUB_RUN_ID: '7' },
      ...{ GITHUB_SHA: 'f'.repeat(40), TIDEGATE_VERSIONS: 'git' },
    });
    const ofBranch = ciEnvironment({ ...common, CI_COMMIT_BRANCH: 'main' });
    expect(ofBranch.GITHUB_REF).toBe('refs/heads/main');
    expect(ofBranch).not.toHaveProperty('GITHUB_BASE_REF');
  });

  it('reads a multibranch pipeline of Jenkins', () => {
    const common = { JENKINS_URL: 'https://ci.example/', GIT_COMMIT: 'f'.repeat(40), BUILD_NUMBER: '7' };
    expect(ciEnvironment({ ...common, BRANCH_NAME: 'main' }).GITHUB_REF).toBe('refs/heads/main');
    const request = ciEnvironment({ ...common, BRANCH_NAME: 'PR-4', CHANGE_ID: '4', CHANGE_TARGET: 'main' });
    expect(request).toMatchObject({ GITHUB_REF: 'refs/pull/4/head', GITHUB_BASE_REF: 'main' });
  });

  it('says nothing at home and in GitHub Actions', () => {
    expect(ciEnvironment({ CI_COMMIT_SHA: 'f'.repeat(40) })).toEqual({});
    expect(ciEnvironment({ GITHUB_ACTIONS: 'true', GITLAB_CI: 'true', CI_PIPELINE_ID: '7' })).toEqual({});
  });
});
