import { NO_OBJECT } from './bare-repository.ts';
import type { GitHub } from './github.ts';
import { mergeCommit } from './merge-commit.ts';
import { presentCommit } from './present-git.ts';
import { markMerged, missingCheck, pullsOf } from './pull-requests.ts';
import type { Principal, Repository } from './state.ts';

/** A pull request in the merge queue, with the commit that the base branch would become. */
export interface QueuedMerge {
  readonly headSha: string;
  /** Moves the base branch there, once the required checks have succeeded on that commit. @throws While they have not. */
  readonly complete: () => Promise<void>;
}

/** Puts a pull request into the merge queue: its checks are asked for on the commit that would be made. */
export async function enqueue(
  github: GitHub,
  { repository, number, by }: { readonly repository: Repository; readonly number: number; readonly by: Principal },
): Promise<QueuedMerge> {
  const issue = pullsOf(repository).find((one) => one.number === number);
  if (issue === undefined) throw new Error(`no pull request ${number}`);
  const baseRef = `refs/heads/${issue.pull.baseRef}`;
  const base = (await repository.git.commitOf(baseRef)) ?? '';
  const headSha = await mergeCommit(github, { repository, issue, by: by.account }, { method: 'merge', base });
  if (headSha === undefined) throw new Error(`pull request ${number} has conflicts`);
  const headRef = `refs/heads/gh-readonly-queue/${issue.pull.baseRef}/pr-${number}-${base}`;
  await repository.git.moveRef(headRef, headSha, NO_OBJECT);
  await emitGroup(github, { repository, by }, { headSha, headRef, base, baseRef });
  return {
    headSha,
    complete: async () => {
      const missing = missingCheck(repository, { ...issue.pull, headSha });
      if (missing !== undefined) throw new Error(`the check "${missing}" has not succeeded`);
      await repository.git.moveRef(headRef, NO_OBJECT, headSha);
      await repository.git.moveRef(baseRef, headSha, base);
      issue.pull.baseSha = base;
      await markMerged(github, { repository, issue, by }, headSha);
      await github.refMoved(repository, { ref: baseRef, before: base, after: headSha, type: 'merge_queue_merge' }, by);
    },
  };
}

async function emitGroup(
  github: GitHub,
  { repository, by }: { readonly repository: Repository; readonly by: Principal },
  at: { readonly headSha: string; readonly headRef: string; readonly base: string; readonly baseRef: string },
): Promise<void> {
  const view = { state: github.state, addresses: github.addresses };
  const { commit } = presentCommit(view, repository, await repository.git.commit(at.headSha));
  const group = {
    head_sha: at.headSha,
    head_ref: at.headRef,
    base_sha: at.base,
    base_ref: at.baseRef,
    head_commit: { id: at.headSha, ...(typeof commit === 'object' ? commit : {}) },
  };
  github.emit({
    name: 'merge_group',
    action: 'checks_requested',
    repository,
    sender: by.account,
    payload: { action: 'checks_requested', merge_group: group },
    startsWorkflows: true,
  });
}
