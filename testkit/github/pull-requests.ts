import { NO_OBJECT } from './bare-repository.ts';
import type { ForgeState } from './forge-state.ts';
import type { GitHub } from './github.ts';
import { ACTIONS_APP_ID } from './present.ts';
import { type PullFacts, type PullIssue, presentPull } from './present-issue.ts';
import { signatureOf } from './routes-git.ts';
import { neededChecks } from './rulesets.ts';
import type { Account, CheckRun, Json, Principal, PullRequest, Repository } from './state.ts';

/** All pull requests of a repository, in the order of their numbers. */
export function pullsOf(repository: Repository): PullIssue[] {
  return [...repository.issues.values()].filter((issue): issue is PullIssue => issue.pull !== undefined);
}

/** Current state of a pull request in Git. */
export async function factsOf(repository: Repository, issue: PullIssue): Promise<PullFacts> {
  const { pull } = issue;
  const base = pull.mergedAt === null ? await repository.git.commitOf(`refs/heads/${pull.baseRef}`) : pull.baseSha;
  const mergeBase = base === undefined ? undefined : await repository.git.mergeBase(base, pull.headSha);
  if (base === undefined || mergeBase === undefined) {
    return { mergeable: false, isBlocked: false, commits: 0, additions: 0, deletions: 0, changedFiles: 0 };
  }
  const files = await repository.git.diff(mergeBase, pull.headSha);
  const commits = await repository.git.log(pull.headSha, { from: base });
  return {
    mergeable: issue.state === 'open' ? (await repository.git.mergeTree(base, pull.headSha)) !== undefined : null,
    isBlocked: missingCheck(repository, pull) !== undefined,
    commits: commits.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changedFiles: files.length,
  };
}

/** The first check that the base branch requires, from its source, and that has not succeeded on the head. */
export function missingCheck(repository: Repository, pull: PullRequest): string | undefined {
  return neededChecks(repository, pull.baseRef).find(({ name, source }) => {
    // A check is the job's or the App's: there is no third that writes any.
    const writer = source === ACTIONS_APP_ID ? 'github-actions' : 'app';
    const isMeant = (one: CheckRun) => one.headSha === pull.headSha && one.name === name;
    const check = repository.checkRuns.findLast((one) => isMeant(one) && (source === undefined || one.app === writer));
    const statuses = repository.statuses.filter((one) => one.sha === pull.headSha && one.context === name);
    const status = source === undefined ? statuses.at(-1) : undefined;
    return !['success', 'neutral', 'skipped'].includes(check?.conclusion ?? '') && status?.state !== 'success';
  })?.name;
}

/**
 * Brings `refs/pull/N/head` and `refs/pull/N/merge` up to date.
 *
 * @returns The merge commit, undefined where head and base conflict.
 */
export async function refreshPullRefs(
  state: ForgeState,
  repository: Repository,
  issue: PullIssue,
): Promise<string | undefined> {
  const { pull } = issue;
  const head = state.repository(pull.headRepository);
  if (head !== undefined && head !== repository) await repository.git.fetchFrom(head.git, pull.headSha);
  await repository.git.run(['update-ref', `refs/pull/${issue.number}/head`, pull.headSha]);
  const base = await repository.git.commitOf(`refs/heads/${pull.baseRef}`);
  const tree = base === undefined ? undefined : await repository.git.mergeTree(base, pull.headSha);
  if (base === undefined || tree === undefined) return undefined;
  const signature = signatureOf(issue.user, state.now());
  const sha = await repository.git.writeCommit({
    tree: tree.split('\n')[0] ?? tree,
    parents: [base, pull.headSha],
    message: `Merge ${pull.headSha} into ${base}`,
    author: signature,
    committer: signature,
  });
  await repository.git.run(['update-ref', `refs/pull/${issue.number}/merge`, sha]);
  return sha;
}

/** Emits an event about a pull request. */
export async function emitPull(
  github: GitHub,
  place: { repository: Repository; issue: PullIssue; by: Principal },
  event: { action: string } & Json,
): Promise<void> {
  const { repository, issue, by } = place;
  const view = { state: github.state, addresses: github.addresses };
  const pull = presentPull(view, { repository, issue }, await factsOf(repository, issue));
  github.emit({
    name: 'pull_request',
    action: event.action,
    repository,
    sender: by.account,
    payload: { ...event, number: issue.number, pull_request: pull },
    startsWorkflows: by.startsWorkflows,
  });
}

/** Marks a pull request as merged by a commit that is on its base branch. */
export async function markMerged(
  github: GitHub,
  place: { repository: Repository; issue: PullIssue; by: Principal },
  mergeCommitSha: string,
): Promise<void> {
  const { issue, by } = place;
  const now = github.state.now();
  Object.assign(issue.pull, { mergedAt: now, mergedBy: by.account, mergeCommitSha });
  issue.state = 'closed';
  issue.closedAt = now;
  issue.closedBy = by.account;
  issue.updatedAt = now;
  await emitPull(github, place, { action: 'closed' });
}

interface Move {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** Effects of a changed branch on pull requests: new commits, a lost head, a merge by push. */
export async function followBranch(
  github: GitHub,
  repository: Repository,
  move: Move & { by: Principal },
): Promise<void> {
  const branch = move.ref.slice('refs/heads/'.length);
  for (const target of github.state.repositories.values()) {
    for (const issue of pullsOf(target)) {
      if (issue.state !== 'open') continue;
      const place = { repository: target, issue, by: move.by };
      if (issue.pull.headRepository === repository.fullName && issue.pull.headRef === branch) {
        await headMoved(github, place, move);
      } else if (target === repository && issue.pull.baseRef === branch && move.after !== NO_OBJECT) {
        if (await repository.git.isAncestor(issue.pull.headSha, move.after))
          await markMerged(github, place, move.after);
        else await refreshPullRefs(github.state, target, issue);
      }
    }
  }
}

async function headMoved(
  github: GitHub,
  place: { repository: Repository; issue: PullIssue; by: Principal },
  move: Move,
): Promise<void> {
  const { issue, repository } = place;
  issue.updatedAt = github.state.now();
  if (move.after === NO_OBJECT) {
    issue.state = 'closed';
    issue.closedAt = issue.updatedAt;
    issue.closedBy = place.by.account;
    return emitPull(github, place, { action: 'closed' });
  }
  issue.pull.headSha = move.after;
  issue.pull.baseSha = (await repository.git.commitOf(`refs/heads/${issue.pull.baseRef}`)) ?? issue.pull.baseSha;
  await refreshPullRefs(github.state, repository, issue);
  await emitPull(github, place, { action: 'synchronize', before: move.before, after: move.after });
}

/** Whose commit a merge by the API is. */
export function mergeSignature(account: Account, date: string) {
  return { author: signatureOf(account, date), committer: { name: 'GitHub', email: 'noreply@github.com', date } };
}
