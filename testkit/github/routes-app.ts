import { nodeId, presentApp, presentPermissions, presentRepository, presentUser } from './present.ts';
import {
  ApiError,
  type Context,
  isJson,
  type Reply,
  type RepositoryContext,
  type Route,
  repositoryRoute,
} from './router.ts';
import type { AppIdentity, Json, Permissions } from './state.ts';

/** The one installation of the App. */
export const INSTALLATION_ID = 100;
/** The one installation of the second App. */
export const OTHER_INSTALLATION_ID = 101;

/** Asks the emulator that checks the App's signed tokens, and mints installation tokens. */
export type AskEmulator = (request: {
  method: string;
  path: string;
  body?: unknown;
  authorization: string;
}) => Promise<{
  status: number;
  body: unknown;
}>;

/** The installation of the App. */
export function presentInstallation(context: Context, owner: string): Json {
  const { state, addresses } = context.github;
  const account = state.account(owner, 'Organization');
  const url = `${addresses.api}/app/installations/${INSTALLATION_ID}`;
  return {
    id: INSTALLATION_ID,
    node_id: nodeId('Installation', INSTALLATION_ID),
    app_id: state.app.id,
    app_slug: state.app.slug,
    client_id: `Iv1.${state.app.id}`,
    target_id: account.id,
    target_type: account.type,
    account: presentUser(addresses, account),
    repository_selection: 'all',
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${addresses.api}/installation/repositories`,
    html_url: `${addresses.html}/organizations/${owner}/settings/installations/${INSTALLATION_ID}`,
    single_file_name: null,
    permissions: presentPermissions(state.app.permissions),
    events: state.app.events,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    suspended_by: null,
    suspended_at: null,
  };
}

/** Hands a request of the App to the emulator; its refusal is ours. */
async function askAsApp(context: Context & { authorization: string }, ask: AskEmulator, path: string): Promise<Json> {
  const { method, body, authorization } = context;
  const answer = await ask({ method, path, authorization, ...(method === 'POST' ? { body } : {}) });
  if (answer.status >= 400) {
    throw new ApiError(answer.status, isJson(answer.body) ? String(answer.body.message) : 'refused');
  }
  return isJson(answer.body) ? answer.body : {};
}

function narrowed(app: AppIdentity, requested: unknown): Permissions {
  if (!isJson(requested)) return app.permissions;
  const entries = Object.entries(requested).map(([name, level]): [string, 'read' | 'write'] => {
    return [name, level === 'write' || level === 'admin' ? 'write' : 'read'];
  });
  return Object.fromEntries(entries);
}

/** Newest first. What has no answer yet was not delivered. */
function listDeliveries({ github: { webhooks } }: Context): Reply {
  const list = webhooks.deliveries.flatMap(({ guid, event, action, payload, attempts }, index) =>
    attempts.map(({ status, redelivery, sentAt }) => ({
      id: index + 1,
      guid,
      delivered_at: sentAt,
      redelivery,
      duration: 0.1,
      status: status >= 200 && status < 300 ? 'OK' : `Invalid HTTP Response: ${status}`,
      status_code: status,
      event,
      action: action ?? null,
      installation_id: isJson(payload.installation) ? Number(payload.installation.id) : null,
      repository_id: isJson(payload.repository) ? Number(payload.repository.id) : null,
      throttled_at: null,
    })),
  );
  return { status: 200, items: { list: list.toSorted((a, b) => (a.delivered_at < b.delivered_at ? 1 : -1)) } };
}

async function createToken(context: AppContext, ask: AskEmulator, owner: string): Promise<Reply> {
  const { state, addresses } = context.github;
  const installation = context.params.installation_id;
  const app = installation === String(OTHER_INSTALLATION_ID) ? (state.otherApp ?? state.app) : state.app;
  const path = `/app/installations/${installation}/access_tokens`;
  const { body } = context;
  const names = Array.isArray(body.repositories) ? body.repositories.map(String) : undefined;
  const ids = Array.isArray(body.repository_ids) ? body.repository_ids.map(Number) : undefined;
  // Repository ids are ours, not the emulator's: it is asked by name.
  const known = [...state.repositories.values()].filter((one) => one.owner.login === owner);
  const chosen = known.filter((one) => names?.includes(one.name) ?? ids?.includes(one.id) ?? true);
  const isNarrowed = names !== undefined || ids !== undefined;
  const asked = {
    permissions: body.permissions,
    ...(isNarrowed ? { repositories: chosen.map(({ name }) => name) } : {}),
  };
  const answer = await askAsApp({ ...context, body: asked }, ask, path);
  const token = String(answer.token);
  const permissions = narrowed(app, body.permissions);
  state.tokens.set(token, {
    kind: 'installation',
    account: app.bot,
    permissions,
    // Repositories that are made later belong to the installation as well.
    ...(isNarrowed ? { repositories: chosen.map(({ fullName }) => fullName) } : {}),
    startsWorkflows: true,
  });
  return {
    status: 201,
    body: {
      token,
      expires_at: String(answer.expires_at),
      permissions: presentPermissions(permissions),
      repository_selection: isNarrowed ? 'selected' : 'all',
      ...(isNarrowed ? { repositories: chosen.map((one) => presentRepository(addresses, one)) } : {}),
    },
  };
}

interface AppContext extends Context {
  readonly authorization: string;
}

function listInstallationRepositories({ github, principal }: Context): Reply {
  if (principal?.kind !== 'installation')
    throw new ApiError(403, 'You must authenticate with an installation access token.');
  const { state, addresses } = github;
  const list = [...state.repositories.values()]
    .filter((one) => principal.repositories?.includes(one.fullName) ?? one.forkOf === undefined)
    .map((one) => presentRepository(addresses, one));
  return { status: 200, items: { list, key: 'repositories' } };
}

function privateUser(context: Context, login: string): Json {
  const { state, addresses } = context.github;
  const account = state.accounts.get(login.toLowerCase());
  if (account === undefined) throw new ApiError(404, 'Not Found');
  const none = { name: null, company: null, blog: '', location: null, email: null, hireable: null, bio: null };
  const counts = { public_repos: 0, public_gists: 0, followers: 0, following: 0 };
  const dates = { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' };
  return { ...presentUser(addresses, account), ...none, ...counts, ...dates, twitter_username: null };
}

function collaboratorPermission(context: RepositoryContext): Reply {
  const { state, addresses } = context.github;
  const account = state.accounts.get((context.params.username ?? '').toLowerCase());
  if (account === undefined) throw new ApiError(404, 'Not Found');
  const role = account.login === context.repository.owner.login ? 'admin' : (state.roles.get(account.login) ?? 'read');
  const level = { admin: 4, maintain: 3, write: 2, triage: 1, read: 0 }[role];
  const held = { pull: true, triage: level >= 1, push: level >= 2, maintain: level >= 3, admin: level >= 4 };
  const user = { ...presentUser(addresses, account), permissions: held, role_name: role };
  const permission = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role;
  return { status: 200, body: { permission, role_name: role, user } };
}

/** The App, its installation, and accounts. `ask` is the emulator. */
export function appRoutes(ask: AskEmulator, owner: string): Route[] {
  const asApp = (method: string, template: string, handle: (context: AppContext) => Promise<Reply>): Route => ({
    method,
    template,
    need: undefined,
    handle: (context) => handle({ ...context, authorization: context.query.get('\0authorization') ?? '' }),
  });
  const plain = (method: string, template: string, handle: (context: Context) => Reply): Route => ({
    method,
    template,
    need: undefined,
    handle,
  });
  return [
    asApp('GET', '/app', async (context) => {
      await askAsApp(context, ask, '/app');
      const { state, addresses } = context.github;
      return { status: 200, body: presentApp(addresses, state.app, state.account(owner, 'Organization')) };
    }),
    asApp('GET', '/app/hook/deliveries', async (context) => {
      await askAsApp(context, ask, '/app');
      return listDeliveries(context);
    }),
    asApp('GET', '/app/installations', async (context) => {
      await askAsApp(context, ask, '/app/installations');
      return { status: 200, items: { list: [presentInstallation(context, owner)] } };
    }),
    asApp('GET', '/app/installations/{installation_id}', async (context) => {
      await askAsApp(context, ask, `/app/installations/${context.params.installation_id}`);
      return { status: 200, body: presentInstallation(context, owner) };
    }),
    asApp('GET', '/repos/{owner}/{repo}/installation', async (context) => {
      await askAsApp(context, ask, `/repos/${context.params.owner}/${context.params.repo}/installation`);
      return { status: 200, body: presentInstallation(context, owner) };
    }),
    asApp('POST', '/app/installations/{installation_id}/access_tokens', (context) => createToken(context, ask, owner)),
    plain('GET', '/installation/repositories', listInstallationRepositories),
    plain('GET', '/users/{username}', (context) => ({
      status: 200,
      body: privateUser(context, context.params.username ?? ''),
    })),
    plain('GET', '/rate_limit', () => {
      const core = { limit: 5000, remaining: 5000, reset: 4_000_000_000, used: 0 };
      return { status: 200, body: { resources: { core, search: core }, rate: core } };
    }),
    repositoryRoute('GET /collaborators/{username}/permission', 'metadata', collaboratorPermission),
  ];
}
