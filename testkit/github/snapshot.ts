import type { FileDiff } from './diff.ts';
import type { GitHub } from './github.ts';
import { factsOf } from './pull-requests.ts';
import type { CheckRun, Comment, CommitStatus, Issue, Repository, WorkflowRun } from './state.ts';

/** A comment as a reader sees it. */
export interface CommentSnapshot {
  readonly author: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface IssueSnapshot {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly state: 'open' | 'closed';
  readonly labels: readonly string[];
  readonly comments: readonly CommentSnapshot[];
  readonly createdAt: string;
  readonly closedAt: string | null;
  readonly url: string;
}

export interface PullRequestSnapshot extends IssueSnapshot {
  readonly headRef: string;
  readonly headSha: string;
  readonly baseRef: string;
  readonly isMerged: boolean;
  readonly mergedAt: string | null;
  readonly mergedBy: string | null;
  readonly mergeCommitSha: string | null;
  readonly mergeable: boolean | null;
  readonly files: readonly FileDiff[];
  /** Latest of each name, on the head commit. */
  readonly checks: readonly CheckRun[];
  readonly statuses: readonly CommitStatus[];
  readonly runs: readonly number[];
}

export interface CommitSnapshot {
  readonly sha: string;
  readonly message: string;
  readonly author: string;
  readonly date: string;
  readonly parents: readonly string[];
}

export interface TagSnapshot {
  readonly name: string;
  readonly commit: string;
  /** Null for a light tag. */
  readonly message: string | null;
}

/** Everything that GitHub would show of a repository. Plain values: safe to keep and to write as JSON. */
export interface RepositorySnapshot {
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly pullRequests: readonly PullRequestSnapshot[];
  readonly issues: readonly IssueSnapshot[];
  readonly tags: readonly TagSnapshot[];
  readonly runs: readonly (WorkflowRun & {
    readonly annotations: readonly CheckRun['annotations'][number][];
    readonly artifacts: readonly { name: string; sizeBytes: number }[];
  })[];
  /** Of the default branch, newest first. */
  readonly commits: readonly CommitSnapshot[];
  readonly branches: readonly { name: string; sha: string }[];
}

/** Takes a picture of a repository. */
export async function takeSnapshot(github: GitHub, repository: Repository): Promise<RepositorySnapshot> {
  const issues = [...repository.issues.values()];
  const snapshot: RepositorySnapshot = {
    fullName: repository.fullName,
    defaultBranch: repository.defaultBranch,
    pullRequests: await Promise.all(
      issues.flatMap((issue) => (issue.pull === undefined ? [] : [pullOf(github, repository, issue)])),
    ),
    issues: issues.filter((issue) => issue.pull === undefined).map((issue) => issueOf(github, repository, issue)),
    tags: await tagsOf(repository),
    runs: repository.runs.map((run) => ({
      ...run,
      annotations: annotationsOf(repository, run),
      artifacts: github.artifacts.list(repository.fullName, run.id).map(({ name, sizeBytes }) => ({ name, sizeBytes })),
    })),
    commits: await commitsOf(repository),
    branches: (await repository.git.refs('refs/heads/')).map(({ ref, sha }) => ({ name: ref.slice(11), sha })),
  };
  return JSON.parse(JSON.stringify(snapshot));
}

function commentOf(comment: Comment): CommentSnapshot {
  const { body, createdAt, updatedAt } = comment;
  return { author: comment.user.login, body, createdAt, updatedAt };
}

function issueOf(github: GitHub, repository: Repository, issue: Issue): IssueSnapshot {
  const kind = issue.pull === undefined ? 'issues' : 'pull';
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    author: issue.user.login,
    state: issue.state,
    labels: issue.labels,
    comments: issue.comments.map(commentOf),
    createdAt: issue.createdAt,
    closedAt: issue.closedAt,
    url: `${github.addresses.html}/${repository.fullName}/${kind}/${issue.number}`,
  };
}

async function pullOf(github: GitHub, repository: Repository, issue: Issue): Promise<PullRequestSnapshot> {
  const { pull } = issue;
  if (pull === undefined) throw new Error(`${issue.number} is no pull request`);
  const facts = await factsOf(repository, Object.assign(issue, { pull }));
  const base = (await repository.git.mergeBase(pull.baseSha, pull.headSha)) ?? pull.baseSha;
  const checks = repository.checkRuns.filter((check) => check.headSha === pull.headSha);
  const statuses = repository.statuses.filter((status) => status.sha === pull.headSha);
  return {
    ...issueOf(github, repository, issue),
    headRef: pull.headRef,
    headSha: pull.headSha,
    baseRef: pull.baseRef,
    isMerged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt,
    mergedBy: pull.mergedBy?.login ?? null,
    mergeCommitSha: pull.mergeCommitSha,
    mergeable: facts.mergeable,
    files: await repository.git.diff(base, pull.headSha),
    checks: [...new Map(checks.map((check) => [`${check.app}/${check.name}`, check])).values()],
    statuses: [...new Map(statuses.map((status) => [status.context, status])).values()],
    runs: repository.runs.filter((run) => run.headSha === pull.headSha).map(({ id }) => id),
  };
}

function annotationsOf(repository: Repository, run: WorkflowRun): CheckRun['annotations'] {
  const ids = new Set(run.jobs.map(({ checkRunId }) => checkRunId));
  return repository.checkRuns.filter(({ id }) => ids.has(id)).flatMap(({ annotations }) => annotations);
}

async function tagsOf(repository: Repository): Promise<TagSnapshot[]> {
  const refs = await repository.git.refs('refs/tags/');
  return Promise.all(
    refs.map(async ({ ref, sha, type }) => ({
      name: ref.slice('refs/tags/'.length),
      commit: (await repository.git.commitOf(ref)) ?? sha,
      message: type === 'tag' ? (await repository.git.tag(sha)).message : null,
    })),
  );
}

async function commitsOf(repository: Repository): Promise<CommitSnapshot[]> {
  const head = await repository.git.commitOf(`refs/heads/${repository.defaultBranch}`);
  if (head === undefined) return [];
  return Promise.all(
    (await repository.git.log(head, { limit: 200 })).map(async (sha) => {
      const { message, author, parents } = await repository.git.commit(sha);
      return { sha, message, author: author.name, date: author.date, parents };
    }),
  );
}
