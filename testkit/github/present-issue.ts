import type { ForgeState } from './forge-state.ts';
import { type Addresses, nodeId, presentApp, presentLabel, presentRepository, presentUser } from './present.ts';
import type { Comment, Issue, Json, PullRequest, Repository } from './state.ts';

/** Dependencies of every presenter. */
export interface View {
  readonly state: ForgeState;
  readonly addresses: Addresses;
}

function reactionsOf(url: string): Json {
  const counts = { '+1': 0, '-1': 0, laugh: 0, confused: 0, heart: 0, hooray: 0, eyes: 0, rocket: 0 };
  return { url: `${url}/reactions`, total_count: 0, ...counts };
}

function labelsOf(view: View, repository: Repository, issue: Issue): Json[] {
  return issue.labels.map((name) => {
    const label = repository.labels.get(name.toLowerCase()) ?? { id: 1, name, color: 'ededed', description: null };
    return presentLabel(view.addresses, repository, label);
  });
}

function associationOf(view: View, repository: Repository, login: string): string {
  if (login === repository.owner.login) return 'OWNER';
  const isBot = view.state.accounts.get(login.toLowerCase())?.type === 'Bot';
  // Everyone may read a public repository: who may do no more does not belong to it.
  return isBot || view.state.roles.get(login) === 'read' ? 'NONE' : 'MEMBER';
}

/** An issue, or a pull request as the issues interface shows it. */
export function presentIssue(view: View, repository: Repository, issue: Issue): Json {
  const { addresses, state } = view;
  const repositoryUrl = `${addresses.api}/repos/${repository.fullName}`;
  const url = `${repositoryUrl}/issues/${issue.number}`;
  const html = `${addresses.html}/${repository.fullName}/${issue.pull === undefined ? 'issues' : 'pull'}/${issue.number}`;
  return {
    id: issue.id,
    node_id: nodeId('Issue', issue.id),
    url,
    repository_url: repositoryUrl,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    number: issue.number,
    state: issue.state,
    state_reason: issue.stateReason,
    title: issue.title,
    body: issue.body,
    user: presentUser(addresses, issue.user),
    labels: labelsOf(view, repository, issue),
    assignee: null,
    assignees: issue.assignees.map((account) => presentUser(addresses, account)),
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: issue.comments.length,
    closed_at: issue.closedAt,
    closed_by: issue.closedBy === null ? null : presentUser(addresses, issue.closedBy),
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    author_association: associationOf(view, repository, issue.user.login),
    reactions: reactionsOf(url),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: issue.byApp ? presentApp(addresses, state.app, repository.owner) : null,
    ...(issue.pull === undefined ? {} : { draft: issue.pull.draft, pull_request: pullLinks(view, repository, issue) }),
  };
}

function pullLinks(view: View, repository: Repository, issue: Issue): Json {
  const html = `${view.addresses.html}/${repository.fullName}/pull/${issue.number}`;
  return {
    url: `${view.addresses.api}/repos/${repository.fullName}/pulls/${issue.number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    merged_at: issue.pull?.mergedAt ?? null,
  };
}

/** A comment of an issue or pull request. */
export function presentComment(view: View, place: { repository: Repository; issue: Issue }, comment: Comment): Json {
  const { addresses, state } = view;
  const { repository, issue } = place;
  const base = `${addresses.api}/repos/${repository.fullName}/issues`;
  const kind = issue.pull === undefined ? 'issues' : 'pull';
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: `${base}/comments/${comment.id}`,
    html_url: `${addresses.html}/${repository.fullName}/${kind}/${issue.number}#issuecomment-${comment.id}`,
    issue_url: `${base}/${issue.number}`,
    body: comment.body,
    user: presentUser(addresses, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(view, repository, comment.user.login),
    reactions: reactionsOf(`${base}/comments/${comment.id}`),
    performed_via_github_app: comment.byApp ? presentApp(addresses, state.app, repository.owner) : null,
  };
}

/** Facts about a pull request that only Git has. */
export interface PullFacts {
  readonly mergeable: boolean | null;
  /** A required check is missing. */
  readonly isBlocked: boolean;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

/** An issue that is a pull request. */
export type PullIssue = Issue & { readonly pull: PullRequest };

/** A pull request as lists show it. */
export function presentPullSimple(view: View, repository: Repository, issue: PullIssue): Json {
  const { addresses, state } = view;
  const { pull } = issue;
  const head = state.repository(pull.headRepository) ?? repository;
  const base = `${addresses.api}/repos/${repository.fullName}`;
  const url = `${base}/pulls/${issue.number}`;
  const issueJson = presentIssue(view, repository, issue);
  const link = (href: unknown) => ({ href });
  const urls = {
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${base}/pulls/comments{/number}`,
    comments_url: `${base}/issues/${issue.number}/comments`,
    statuses_url: `${base}/statuses/${pull.headSha}`,
  };
  const { html_url, diff_url, patch_url } = pullLinks(view, repository, issue);
  const kept = [
    'user',
    'labels',
    'assignee',
    'assignees',
    'milestone',
    'author_association',
    'closed_at',
    'created_at',
    'updated_at',
    'locked',
    'active_lock_reason',
  ];
  return {
    ...Object.fromEntries(kept.map((name) => [name, issueJson[name]])),
    ...urls,
    id: issue.id,
    node_id: nodeId('PullRequest', issue.id),
    url,
    html_url,
    diff_url,
    patch_url,
    issue_url: `${base}/issues/${issue.number}`,
    number: issue.number,
    state: issue.state,
    title: issue.title,
    body: issue.body,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    requested_reviewers: [],
    requested_teams: [],
    draft: pull.draft,
    auto_merge: null,
    head: presentSide(view, head, { ref: pull.headRef, sha: pull.headSha }),
    base: presentSide(view, repository, { ref: pull.baseRef, sha: pull.baseSha }),
    _links: {
      self: link(url),
      html: link(html_url),
      issue: link(`${base}/issues/${issue.number}`),
      comments: link(urls.comments_url),
      review_comments: link(urls.review_comments_url),
      review_comment: link(urls.review_comment_url),
      commits: link(urls.commits_url),
      statuses: link(urls.statuses_url),
    },
  };
}

function presentSide(view: View, repository: Repository, at: { ref: string; sha: string }): Json {
  return {
    label: `${repository.owner.login}:${at.ref}`,
    ref: at.ref,
    sha: at.sha,
    user: presentUser(view.addresses, repository.owner),
    repo: presentRepository(view.addresses, repository),
  };
}

/** A pull request by itself. */
export function presentPull(view: View, place: { repository: Repository; issue: PullIssue }, facts: PullFacts): Json {
  const { repository, issue } = place;
  const { pull } = issue;
  const open = issue.state === 'open';
  return {
    ...presentPullSimple(view, repository, issue),
    merged: pull.mergedAt !== null,
    mergeable: open ? facts.mergeable : null,
    rebaseable: open ? facts.mergeable : null,
    mergeable_state: open ? mergeableState(facts) : 'unknown',
    merged_by: pull.mergedBy === null ? null : presentUser(view.addresses, pull.mergedBy),
    comments: issue.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: facts.commits,
    additions: facts.additions,
    deletions: facts.deletions,
    changed_files: facts.changedFiles,
  };
}

function mergeableState({ mergeable, isBlocked }: PullFacts): string {
  if (mergeable !== true) return 'dirty';
  return isBlocked ? 'blocked' : 'clean';
}

/** A pull request as check runs and workflow runs name it. */
export function presentPullMinimal(view: View, repository: Repository, issue: PullIssue): Json {
  const { addresses, state } = view;
  const side = (of: Repository, ref: string, sha: string) => ({
    ref,
    sha,
    repo: { id: of.id, url: `${addresses.api}/repos/${of.fullName}`, name: of.name },
  });
  const head = state.repository(issue.pull.headRepository) ?? repository;
  return {
    id: issue.id,
    number: issue.number,
    url: `${addresses.api}/repos/${repository.fullName}/pulls/${issue.number}`,
    head: side(head, issue.pull.headRef, issue.pull.headSha),
    base: side(repository, issue.pull.baseRef, issue.pull.baseSha),
  };
}
