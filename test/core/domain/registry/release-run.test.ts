import { describe, expect, it } from 'vitest';
import { type RunPlace, releaseProblems } from '../../../../core/domain/registry/release-run.ts';

const RELEASE = { model: 'm', defaultBranch: 'trunk', workflow: 'release-m.yml' };
const RUN: RunPlace = {
  repository: 'acme/flights',
  ref: 'refs/heads/trunk',
  workflowRef: 'acme/flights/.github/workflows/release-m.yml@refs/heads/trunk',
  event: 'push',
};

describe('releaseProblems', () => {
  it('has nothing against the release workflow on the default branch, pushed or started by hand', () => {
    expect(releaseProblems(RUN, RELEASE)).toEqual([]);
    expect(releaseProblems({ ...RUN, event: 'workflow_dispatch' }, RELEASE)).toEqual([]);
  });

  it.each<{ name: string; run: Partial<RunPlace>; says: string }>([
    { name: 'another branch', run: { ref: 'refs/heads/of-mallory' }, says: 'refs/heads/of-mallory' },
    { name: 'a tag that is named like the branch', run: { ref: 'refs/tags/trunk' }, says: 'refs/tags/trunk' },
    { name: 'a pull request', run: { ref: 'refs/pull/1/merge' }, says: 'refs/pull/1/merge' },
    { name: 'no ref', run: { ref: undefined }, says: 'no ref' },
    {
      name: 'another workflow',
      run: { workflowRef: 'acme/flights/.github/workflows/other.yml@refs/heads/trunk' },
      says: 'register.workflow: other.yml',
    },
    {
      name: 'a workflow of the name in another folder',
      run: { workflowRef: 'acme/flights/.github/workflows/x/release-m.yml@refs/heads/trunk' },
      says: 'x/release-m.yml',
    },
    {
      name: 'a workflow of another repository',
      run: { workflowRef: 'acme/flights-2/.github/workflows/release-m.yml@refs/heads/trunk' },
      says: 'no workflow of this repository',
    },
    { name: 'no workflow', run: { workflowRef: undefined }, says: 'no workflow of this repository' },
    { name: 'a pull request target', run: { event: 'pull_request_target' }, says: 'pull_request_target' },
    { name: 'a comment', run: { event: 'issue_comment' }, says: 'issue_comment' },
    { name: 'a finished run', run: { event: 'workflow_run' }, says: 'workflow_run' },
    { name: 'no event', run: { event: undefined }, says: '(none)' },
  ])('refuses $name, with what it saw and a fix', ({ run, says }) => {
    const problems = releaseProblems({ ...RUN, ...run }, RELEASE);
    expect(problems).toHaveLength(1);
    expect(`${problems[0]?.message} ${problems[0]?.fix}`).toContain(says);
  });

  it('tells everything at once', () => {
    const nothing = { repository: undefined, ref: undefined, workflowRef: undefined, event: undefined };
    expect(releaseProblems(nothing, RELEASE)).toHaveLength(3);
  });
});
