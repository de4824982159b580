import { nodeId, presentUser } from './present.ts';
import { presentDeployment, presentDeploymentStatus } from './present-checks.ts';
import { ApiError, type RepositoryContext, type Route, repositoryRoute, requiredText, textField } from './router.ts';
import { actorOf, commitAt } from './routes-git.ts';
import { issueOf, viewOf } from './routes-issues.ts';
import type { Deployment, Json, Repository } from './state.ts';

function addReaction(context: RepositoryContext, subject: string) {
  const { repository, github, body } = context;
  const { account } = actorOf(context);
  const content = requiredText(body, 'content');
  const known = repository.reactions.find(
    (one) => one.subject === subject && one.content === content && one.user === account,
  );
  const reaction = known ?? {
    id: github.state.newId(),
    subject,
    content,
    user: account,
    createdAt: github.state.now(),
  };
  if (known === undefined) repository.reactions.push(reaction);
  return { status: known === undefined ? 201 : 200, body: reactionJson(context, reaction) };
}

function reactionJson({ github }: RepositoryContext, reaction: Repository['reactions'][number]): Json {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: presentUser(github.addresses, reaction.user),
    content: reaction.content,
    created_at: reaction.createdAt,
  };
}

function listReactions(context: RepositoryContext, subject: string) {
  const list = context.repository.reactions.filter((one) => one.subject === subject);
  return { status: 200, items: { list: list.map((one) => reactionJson(context, one)) } };
}

function removeReaction({ repository, params }: RepositoryContext, subject: string) {
  const at = repository.reactions.findIndex(
    ({ id, subject: of }) => of === subject && String(id) === params.reaction_id,
  );
  if (at < 0) throw new ApiError(404, 'Not Found');
  repository.reactions.splice(at, 1);
  return { status: 204 };
}

async function createDeployment(context: RepositoryContext) {
  const { repository, github, body } = context;
  const ref = requiredText(body, 'ref');
  const deployment: Deployment = {
    id: github.state.newId(),
    sha: await commitAt(repository, ref, 422),
    ref,
    environment: textField(body, 'environment') ?? 'production',
    creator: actorOf(context).account,
    createdAt: github.state.now(),
    statuses: [],
  };
  repository.deployments.push(deployment);
  return { status: 201, body: presentDeployment(viewOf(context), repository, deployment) };
}

function listDeployments(context: RepositoryContext) {
  const { repository, query } = context;
  const is = (name: 'environment' | 'sha' | 'ref', value: string) => [null, value].includes(query.get(name));
  const list = repository.deployments
    .filter((one) => is('environment', one.environment) && is('sha', one.sha) && is('ref', one.ref))
    .toReversed();
  return { status: 200, items: { list: list.map((one) => presentDeployment(viewOf(context), repository, one)) } };
}

function deploymentOf({ repository, params }: RepositoryContext): Deployment {
  const deployment = repository.deployments.find((one) => one.id === Number(params.deployment_id));
  if (deployment === undefined) throw new ApiError(404, 'Not Found');
  return deployment;
}

function createDeploymentStatus(context: RepositoryContext) {
  const { repository, github, body } = context;
  const deployment = deploymentOf(context);
  const { account, startsWorkflows } = actorOf(context);
  const description = textField(body, 'description') ?? '';
  const status = {
    id: github.state.newId(),
    state: requiredText(body, 'state'),
    description,
    creator: account,
    createdAt: github.state.now(),
  };
  deployment.statuses.push(status);
  const shown = presentDeploymentStatus(viewOf(context), { repository, deployment }, status);
  const payload = {
    action: 'created',
    deployment_status: shown,
    deployment: presentDeployment(viewOf(context), repository, deployment),
  };
  github.emit({ name: 'deployment_status', action: 'created', repository, sender: account, payload, startsWorkflows });
  return { status: 201, body: shown };
}

function listDeploymentStatuses(context: RepositoryContext) {
  const { repository } = context;
  const deployment = deploymentOf(context);
  const list = deployment.statuses
    .toReversed()
    .map((one) => presentDeploymentStatus(viewOf(context), { repository, deployment }, one));
  return { status: 200, items: { list } };
}

/** Deployments and reactions. */
export const DEPLOYMENT_ROUTES: readonly Route[] = [
  repositoryRoute('POST /deployments', 'deployments:write', createDeployment),
  repositoryRoute('GET /deployments', 'deployments', listDeployments),
  repositoryRoute('POST /deployments/{deployment_id}/statuses', 'deployments:write', createDeploymentStatus),
  repositoryRoute('GET /deployments/{deployment_id}/statuses', 'deployments', listDeploymentStatuses),
  repositoryRoute('POST /issues/{issue_number}/reactions', 'issues|pull_requests:write', (context) =>
    addReaction(context, `issue/${issueOf(context).number}`),
  ),
  repositoryRoute('POST /issues/comments/{comment_id}/reactions', 'issues|pull_requests:write', (context) =>
    addReaction(context, `comment/${context.params.comment_id}`),
  ),
  repositoryRoute('GET /issues/comments/{comment_id}/reactions', 'issues|pull_requests', (context) =>
    listReactions(context, `comment/${context.params.comment_id}`),
  ),
  repositoryRoute(
    'DELETE /issues/comments/{comment_id}/reactions/{reaction_id}',
    'issues|pull_requests:write',
    (context) => removeReaction(context, `comment/${context.params.comment_id}`),
  ),
];
