import { presentLabel } from './present.ts';
import {
  ApiError,
  type RepositoryContext,
  type Route,
  repositoryRoute,
  requiredText,
  textField,
  textsField,
} from './router.ts';
import { checkCommentAccess, emitIssue, ensureLabels, issueOf } from './routes-issues.ts';
import type { Issue, Json, Label, Repository } from './state.ts';

function labelsJson(context: RepositoryContext, issue: Issue): Json[] {
  const { repository, github } = context;
  return issue.labels.flatMap((name) => {
    const label = repository.labels.get(name.toLowerCase());
    return label === undefined ? [] : [presentLabel(github.addresses, repository, label)];
  });
}

function listIssueLabels(context: RepositoryContext) {
  return { status: 200, items: { list: labelsJson(context, issueOf(context)) } };
}

function addIssueLabels(context: RepositoryContext) {
  const issue = issueOf(context);
  checkCommentAccess(context, issue, 'write');
  const added = ensureLabels(context, textsField(context.body, 'labels') ?? []);
  const fresh = added.filter((name) => !issue.labels.includes(name));
  issue.labels.push(...fresh);
  if (fresh.length > 0) emitIssue(context, issue, 'labeled');
  return { status: 200, body: labelsJson(context, issue) };
}

function removeIssueLabel(context: RepositoryContext) {
  const issue = issueOf(context);
  checkCommentAccess(context, issue, 'write');
  const index = issue.labels.findIndex((name) => name.toLowerCase() === context.params.name?.toLowerCase());
  if (index < 0) throw new ApiError(404, 'Label does not exist');
  issue.labels.splice(index, 1);
  emitIssue(context, issue, 'unlabeled');
  return { status: 200, body: labelsJson(context, issue) };
}

function labelOf(repository: Repository, name: string | undefined): Label {
  const label = repository.labels.get((name ?? '').toLowerCase());
  if (label === undefined) throw new ApiError(404, 'Not Found');
  return label;
}

function getLabel({ repository, github, params }: RepositoryContext) {
  return { status: 200, body: presentLabel(github.addresses, repository, labelOf(repository, params.name)) };
}

function listLabels({ repository, github }: RepositoryContext) {
  const list = [...repository.labels.values()].map((label) => presentLabel(github.addresses, repository, label));
  return { status: 200, items: { list } };
}

function createLabel({ repository, github, body }: RepositoryContext) {
  const name = requiredText(body, 'name');
  if (repository.labels.has(name.toLowerCase())) {
    throw new ApiError(422, 'Validation Failed', [{ resource: 'Label', code: 'already_exists', field: 'name' }]);
  }
  const color = textField(body, 'color') ?? 'ededed';
  const label = { id: github.state.newId(), name, color, description: textField(body, 'description') ?? null };
  repository.labels.set(name.toLowerCase(), label);
  return { status: 201, body: presentLabel(github.addresses, repository, label) };
}

/** Labels, and those of issues and pull requests. */
export const LABEL_ROUTES: readonly Route[] = [
  repositoryRoute('GET /issues/{issue_number}/labels', 'issues|pull_requests', listIssueLabels),
  repositoryRoute('POST /issues/{issue_number}/labels', 'issues|pull_requests:write', addIssueLabels),
  repositoryRoute('DELETE /issues/{issue_number}/labels/{name}', 'issues|pull_requests:write', removeIssueLabel),
  repositoryRoute('GET /labels', 'issues|pull_requests', listLabels),
  repositoryRoute('GET /labels/{name}', 'issues|pull_requests', getLabel),
  repositoryRoute('POST /labels', 'issues|pull_requests:write', createLabel),
];
