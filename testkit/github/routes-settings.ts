import { nodeId, presentActionsApp, presentApp } from './present.ts';
import {
  ApiError,
  type Context,
  isGranted,
  objectField,
  objectsField,
  type Reply,
  type RepositoryContext,
  type Route,
  repositoryRoute,
  requiredText,
  textField,
} from './router.ts';
import { presentInstallation } from './routes-app.ts';
import type { DeploymentEnvironment, Json } from './state.ts';

/**
 * A route of a repository's settings. Unlike other data they are for no one without the permission, also where the
 * repository is public, and `administration` is for people who administrate it: others are told that there is nothing.
 */
export function settingsRoute(
  operation: string,
  need: string,
  handle: (context: RepositoryContext) => Promise<Reply> | Reply,
): Route {
  const [name = '', level = 'read'] = need.split(':');
  return repositoryRoute(operation, need, (context) => {
    const { principal, github } = context;
    if (principal === undefined) throw new ApiError(401, 'Requires authentication');
    const { permissions, account, kind } = principal;
    const isGiven = permissions === undefined || isGranted(permissions, name, level === 'write' ? 'write' : 'read');
    if (!isGiven) throw new ApiError(403, `Resource not accessible by integration (needs ${need})`);
    const isAdmin = kind !== 'user' || github.state.roles.get(account.login) === 'admin';
    if (name === 'administration' && !isAdmin) throw new ApiError(404, 'Not Found');
    return handle(context);
  });
}

type Named = readonly [name: string, environment: DeploymentEnvironment];

function presentEnvironment({ github, repository }: RepositoryContext, [name, environment]: Named): Json {
  const { refs, isForProtected = false, hasReviewers = false, canAdminsBypass = true } = environment;
  const id = [...repository.environments.keys()].indexOf(name) + 1;
  const url = `${github.addresses.api}/repos/${repository.fullName}/environments/${encodeURIComponent(name)}`;
  const rule = (type: string) => ({ id, node_id: nodeId('GateRule', `${type}${id}`), type });
  const isLimited = isForProtected || refs !== undefined;
  return {
    id,
    node_id: nodeId('Environment', id),
    name,
    url,
    html_url: `${github.addresses.html}/${repository.fullName}/deployments/activity_log?environments_filter=${name}`,
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    can_admins_bypass: canAdminsBypass,
    protection_rules: [
      ...(hasReviewers ? [{ ...rule('required_reviewers'), prevent_self_review: true, reviewers: [] }] : []),
      ...(isLimited ? [rule('branch_policy')] : []),
    ],
    deployment_branch_policy: isLimited
      ? { protected_branches: isForProtected, custom_branch_policies: !isForProtected }
      : null,
  };
}

function listEnvironments(context: RepositoryContext) {
  const list = [...context.repository.environments].map((one) => presentEnvironment(context, one));
  return { status: 200, items: { list, key: 'environments' } };
}

/** An environment keeps its policies when its other settings change. */
function putEnvironment(context: RepositoryContext) {
  const { repository, params, body } = context;
  const name = params.environment_name ?? '';
  const { secrets = {}, refs = [] } = repository.environments.get(name) ?? {};
  const policy = objectField(body, 'deployment_branch_policy');
  const [isForProtected, isCustom] = [policy.protected_branches === true, policy.custom_branch_policies === true];
  if ('protected_branches' in policy && isForProtected === isCustom) {
    throw new ApiError(422, 'protected_branches and custom_branch_policies cannot have the same value');
  }
  const hasReviewers = objectsField(body, 'reviewers').length > 0;
  const environment = { secrets, refs: isCustom ? refs : undefined, isForProtected, hasReviewers };
  repository.environments.set(name, environment);
  return { status: 200, body: presentEnvironment(context, [name, environment]) };
}

function environmentOf({ repository, params }: RepositoryContext): {
  name: string;
  environment: DeploymentEnvironment;
} {
  const name = params.environment_name ?? '';
  const environment = repository.environments.get(name);
  if (environment === undefined) throw new ApiError(404, 'Not Found');
  return { name, environment };
}

function presentPolicy({ github }: Context, ref: string): Json {
  const [, folder, ...name] = ref.split('/');
  const id = github.state.policyId(ref);
  return { id, node_id: nodeId('Policy', id), name: name.join('/'), type: folder === 'tags' ? 'tag' : 'branch' };
}

function listPolicies(context: RepositoryContext) {
  const list = (environmentOf(context).environment.refs ?? []).map((ref) => presentPolicy(context, ref));
  return { status: 200, items: { list, key: 'branch_policies' } };
}

function createPolicy(context: RepositoryContext) {
  const { repository, body } = context;
  const { name, environment } = environmentOf(context);
  if (environment.refs === undefined) throw new ApiError(404, 'Not Found');
  const ref = `refs/${textField(body, 'type') === 'tag' ? 'tags' : 'heads'}/${requiredText(body, 'name')}`;
  const refs = [...new Set([...environment.refs, ref])];
  repository.environments.set(name, { ...environment, refs });
  return { status: 200, body: presentPolicy(context, ref) };
}

function deletePolicy(context: RepositoryContext) {
  const { repository, params, github } = context;
  const { name, environment } = environmentOf(context);
  const refs = environment.refs?.filter((ref) => github.state.policyId(ref) !== Number(params.branch_policy_id));
  if (refs?.length === environment.refs?.length) throw new ApiError(404, 'Not Found');
  repository.environments.set(name, { ...environment, refs });
  return { status: 204 };
}

function presentSecrets({ github }: Context, names: Iterable<string>) {
  const now = github.state.now();
  const list = [...names].map((name) => ({ name, created_at: now, updated_at: now }));
  return { status: 200, items: { list, key: 'secrets' } };
}

function setSecret({ repository, params, body }: RepositoryContext) {
  const isNew = !repository.secrets.has(params.secret_name ?? '');
  repository.secrets.set(params.secret_name ?? '', requiredText(body, 'encrypted_value'));
  return isNew ? { status: 201, body: {} } : { status: 204 };
}

function deleteSecret({ repository, params }: RepositoryContext) {
  if (!repository.secrets.delete(params.secret_name ?? '')) throw new ApiError(404, 'Not Found');
  return { status: 204 };
}

function setEnvironmentSecret(context: RepositoryContext) {
  const { repository, params, body } = context;
  const { name, environment } = environmentOf(context);
  const secret = params.secret_name ?? '';
  const isNew = !(secret in environment.secrets);
  const secrets = { ...environment.secrets, [secret]: requiredText(body, 'encrypted_value') };
  repository.environments.set(name, { ...environment, secrets });
  return isNew ? { status: 201, body: {} } : { status: 204 };
}

/** An App as everyone sees it: what it asks for. */
function getApp({ github, params }: Context): Reply {
  const { state, addresses, owner } = github;
  if (params.app_slug === 'github-actions') return { status: 200, body: presentActionsApp(addresses) };
  const app = [state.app, state.otherApp].find((one) => one?.slug === params.app_slug);
  if (app === undefined) throw new ApiError(404, 'Not Found');
  return { status: 200, body: presentApp(addresses, app, state.account(owner, 'Organization')) };
}

/** For owners of the organisation. */
function listInstallations(context: Context): Reply {
  const { github, params, principal } = context;
  const isOwner = principal?.kind === 'user' && github.state.roles.get(principal.account.login) === 'admin';
  if (!isOwner) throw new ApiError(403, 'You must be an organization owner');
  const isMeant = params.org === github.owner;
  const list = isMeant ? [presentInstallation(context, github.owner)] : [];
  return { status: 200, items: { list, key: 'installations' } };
}

/** Environments, names of secrets, and Apps: what the set-up of a repository consists of. */
export const SETTING_ROUTES: readonly Route[] = [
  repositoryRoute('GET /environments', 'actions', listEnvironments),
  settingsRoute('PUT /environments/{environment_name}', 'administration:write', putEnvironment),
  repositoryRoute('GET /environments/{environment_name}/deployment-branch-policies', 'actions', listPolicies),
  settingsRoute(
    'POST /environments/{environment_name}/deployment-branch-policies',
    'administration:write',
    createPolicy,
  ),
  settingsRoute(
    'DELETE /environments/{environment_name}/deployment-branch-policies/{branch_policy_id}',
    'administration:write',
    deletePolicy,
  ),
  settingsRoute(
    'PUT /environments/{environment_name}/secrets/{secret_name}',
    'environments:write',
    setEnvironmentSecret,
  ),
  settingsRoute('GET /actions/secrets', 'secrets', (context) =>
    presentSecrets(context, context.repository.secrets.keys()),
  ),
  settingsRoute('GET /actions/organization-secrets', 'secrets', (context) =>
    presentSecrets(context, context.github.state.organizationSecrets),
  ),
  settingsRoute('PUT /actions/secrets/{secret_name}', 'secrets:write', setSecret),
  settingsRoute('DELETE /actions/secrets/{secret_name}', 'secrets:write', deleteSecret),
  { method: 'GET', template: '/apps/{app_slug}', need: undefined, handle: getApp },
  { method: 'GET', template: '/orgs/{org}/installations', need: undefined, handle: listInstallations },
];
