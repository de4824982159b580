import { presentComment, presentIssue, type View } from './present-issue.ts';
import {
  ApiError,
  checkAccess,
  type RepositoryContext,
  type Route,
  repositoryRoute,
  requiredText,
  textField,
  textsField,
} from './router.ts';
import { actorOf } from './routes-git.ts';
import type { Comment, Issue, Json } from './state.ts';

const MAX_BODY_LENGTH = 65_536;

export function viewOf(context: RepositoryContext): View {
  return { state: context.github.state, addresses: context.github.addresses };
}

/** The issue (or pull request) that the path names. */
export function issueOf(context: RepositoryContext): Issue {
  const number = Number(context.params.issue_number ?? context.params.pull_number);
  const issue = context.repository.issues.get(number);
  if (issue === undefined) throw new ApiError(404, 'Not Found');
  return issue;
}

/** Refuses a body over GitHub's limit. */
export function checkLength(body: string | undefined | null): void {
  if (body !== undefined && body !== null && [...body].length > MAX_BODY_LENGTH) {
    const error = { resource: 'IssueComment', code: 'unprocessable', field: 'data', message: 'Body is too long' };
    throw new ApiError(422, 'Validation Failed', [error]);
  }
}

/** Emits an event about an issue, or about the pull request that it is. */
export function emitIssue(context: RepositoryContext, issue: Issue, action: string, extra: Json = {}): void {
  const { repository, github } = context;
  if (issue.pull !== undefined) return;
  const actor = actorOf(context);
  const payload = { action, issue: presentIssue(viewOf(context), repository, issue), ...extra };
  const { startsWorkflows } = actor;
  github.emit({ name: 'issues', action, repository, sender: actor.account, payload, startsWorkflows });
}

/** Makes the labels that are not there; returns the names as they are kept. */
export function ensureLabels(context: RepositoryContext, names: readonly string[]): string[] {
  const { repository, github } = context;
  for (const name of names) {
    if (repository.labels.has(name.toLowerCase())) continue;
    repository.labels.set(name.toLowerCase(), { id: github.state.newId(), name, color: 'ededed', description: null });
  }
  return names.map((name) => repository.labels.get(name.toLowerCase())?.name ?? name);
}

/** A new issue; a pull request where `pull` is given. */
export function addIssue(context: RepositoryContext, pull?: Issue['pull']): Issue {
  const { repository, github, body } = context;
  const actor = actorOf(context);
  const title = requiredText(body, 'title');
  const text = textField(body, 'body') ?? null;
  checkLength(text);
  const now = github.state.now();
  const issue: Issue = {
    id: github.state.newId(),
    number: github.state.nextNumber(repository),
    title,
    body: text,
    user: actor.account,
    state: 'open',
    stateReason: null,
    labels: ensureLabels(context, textsField(body, 'labels') ?? []),
    assignees: (textsField(body, 'assignees') ?? []).map((login) => github.state.account(login)),
    comments: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    byApp: actor.kind === 'installation',
    ...(pull === undefined ? {} : { pull }),
  };
  repository.issues.set(issue.number, issue);
  return issue;
}

function createIssue(context: RepositoryContext) {
  const issue = addIssue(context);
  emitIssue(context, issue, 'opened');
  return { status: 201, body: presentIssue(viewOf(context), context.repository, issue) };
}

function listIssues(context: RepositoryContext) {
  const { repository, query, github } = context;
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter(Boolean);
  const creator = query.get('creator');
  const direction = query.get('direction') === 'asc' ? 1 : -1;
  const list = [...repository.issues.values()]
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => labels.every((label) => issue.labels.some((one) => one.toLowerCase() === label.toLowerCase())))
    .filter((issue) => creator === null || sameAuthor(issue.user.login, creator, github.state.app.slug))
    .sort((a, b) => (a.number - b.number) * direction);
  return { status: 200, items: { list: list.map((issue) => presentIssue(viewOf(context), repository, issue)) } };
}

/** Lists of issues know an App by `app/slug` as well as by the login of its bot. */
function sameAuthor(login: string, wanted: string, slug: string): boolean {
  return login === wanted || (wanted === `app/${slug}` && login === `${slug}[bot]`);
}

function getIssue(context: RepositoryContext) {
  return { status: 200, body: presentIssue(viewOf(context), context.repository, issueOf(context)) };
}

/** Applies the fields that issues and pull requests share. Returns the actions that happened. */
export function applyIssueChanges(context: RepositoryContext, issue: Issue): string[] {
  const { body, github } = context;
  const actions: string[] = [];
  const now = github.state.now();
  const title = textField(body, 'title');
  const text = textField(body, 'body');
  checkLength(text);
  if ((title !== undefined && title !== issue.title) || (text !== undefined && text !== issue.body))
    actions.push('edited');
  if (title !== undefined) issue.title = title;
  if (text !== undefined) issue.body = text;
  const labels = textsField(body, 'labels');
  if (labels !== undefined) {
    const before = issue.labels;
    issue.labels = ensureLabels(context, labels);
    if (issue.labels.some((label) => !before.includes(label))) actions.push('labeled');
  }
  const state = textField(body, 'state');
  if ((state === 'open' || state === 'closed') && state !== issue.state) {
    actions.push(state === 'open' ? 'reopened' : 'closed');
    issue.state = state;
    issue.closedAt = state === 'closed' ? now : null;
    issue.closedBy = state === 'closed' ? actorOf(context).account : null;
    const reason = textField(body, 'state_reason');
    issue.stateReason = state === 'open' ? 'reopened' : reason === 'not_planned' ? reason : 'completed';
  }
  if (actions.length > 0) issue.updatedAt = now;
  return actions;
}

function updateIssue(context: RepositoryContext) {
  const issue = issueOf(context);
  for (const action of applyIssueChanges(context, issue)) emitIssue(context, issue, action);
  return { status: 200, body: presentIssue(viewOf(context), context.repository, issue) };
}

/** A comment needs `issues`, or on a pull request `pull_requests`. */
export function checkCommentAccess(context: RepositoryContext, issue: Issue, level: 'read' | 'write'): void {
  const names = issue.pull === undefined ? ['issues'] : ['issues', 'pull_requests'];
  checkAccess(context.principal, context.repository, { names, level });
}

function emitComment(context: RepositoryContext, place: { issue: Issue; comment: Comment }, action: string): void {
  const { repository, github } = context;
  const actor = actorOf(context);
  const issue = presentIssue(viewOf(context), repository, place.issue);
  const comment = presentComment(viewOf(context), { repository, issue: place.issue }, place.comment);
  const payload = { action, issue, comment, ...(action === 'edited' ? { changes: { body: { from: '' } } } : {}) };
  const { startsWorkflows } = actor;
  github.emit({ name: 'issue_comment', action, repository, sender: actor.account, payload, startsWorkflows });
}

function createComment(context: RepositoryContext) {
  const { repository, github, body } = context;
  const issue = issueOf(context);
  checkCommentAccess(context, issue, 'write');
  const actor = actorOf(context);
  const text = requiredText(body, 'body');
  checkLength(text);
  const now = github.state.now();
  const comment: Comment = {
    id: github.state.newId(),
    body: text,
    user: actor.account,
    createdAt: now,
    updatedAt: now,
    byApp: actor.kind === 'installation',
  };
  issue.comments.push(comment);
  issue.updatedAt = now;
  emitComment(context, { issue, comment }, 'created');
  return { status: 201, body: presentComment(viewOf(context), { repository, issue }, comment) };
}

function listComments(context: RepositoryContext) {
  const { repository } = context;
  const issue = issueOf(context);
  const list = issue.comments.map((comment) => presentComment(viewOf(context), { repository, issue }, comment));
  return { status: 200, items: { list } };
}

function findComment(context: RepositoryContext): { issue: Issue; comment: Comment } {
  const id = Number(context.params.comment_id);
  for (const issue of context.repository.issues.values()) {
    const comment = issue.comments.find((one) => one.id === id);
    if (comment !== undefined) return { issue, comment };
  }
  throw new ApiError(404, 'Not Found');
}

function getComment(context: RepositoryContext) {
  const { issue, comment } = findComment(context);
  return { status: 200, body: presentComment(viewOf(context), { repository: context.repository, issue }, comment) };
}

function updateComment(context: RepositoryContext) {
  const { repository, github, body } = context;
  const place = findComment(context);
  checkCommentAccess(context, place.issue, 'write');
  const text = requiredText(body, 'body');
  checkLength(text);
  place.comment.body = text;
  place.comment.updatedAt = github.state.now();
  emitComment(context, place, 'edited');
  return { status: 200, body: presentComment(viewOf(context), { repository, issue: place.issue }, place.comment) };
}

function deleteComment(context: RepositoryContext) {
  const place = findComment(context);
  checkCommentAccess(context, place.issue, 'write');
  place.issue.comments.splice(place.issue.comments.indexOf(place.comment), 1);
  emitComment(context, place, 'deleted');
  return { status: 204 };
}

/** Issues and comments. Pull requests are issues too. */
export const ISSUE_ROUTES: readonly Route[] = [
  repositoryRoute('POST /issues', 'issues:write', createIssue),
  repositoryRoute('GET /issues', 'issues|pull_requests', listIssues),
  repositoryRoute('GET /issues/{issue_number}', 'issues|pull_requests', getIssue),
  repositoryRoute('PATCH /issues/{issue_number}', 'issues|pull_requests:write', updateIssue),
  repositoryRoute('POST /issues/{issue_number}/comments', 'issues|pull_requests:write', createComment),
  repositoryRoute('GET /issues/{issue_number}/comments', 'issues|pull_requests', listComments),
  repositoryRoute('GET /issues/comments/{comment_id}', 'issues|pull_requests', getComment),
  repositoryRoute('PATCH /issues/comments/{comment_id}', 'issues|pull_requests:write', updateComment),
  repositoryRoute('DELETE /issues/comments/{comment_id}', 'issues|pull_requests:write', deleteComment),
];
