import type { IncomingMessage, ServerResponse } from 'node:http';
import { isGitRequest, type RefUpdate, serveGit } from '../git-server.ts';
import { readBody, sendJson } from '../http.ts';
import { NO_OBJECT } from './bare-repository.ts';
import { ContractOracle, type Violation } from './contract-oracle.ts';
import type { RunningEmulator } from './emulator.ts';
import type { ForgeState } from './forge-state.ts';
import type { ArtifactSource, DispatchRequest, ForgeEvent } from './github.ts';
import type { GitHubOptions, RunningGitHub } from './github-options.ts';
import { GraphQLEndpoint } from './graphql.ts';
import { paginate } from './paginate.ts';
import { nodeId, presentRepository, presentUser } from './present.ts';
import { followBranch } from './pull-requests.ts';
import { pushPayload } from './push-payload.ts';
import { ApiError, type Context, createRouter, isGranted, isJson, type Reply } from './router.ts';
import { allRoutes } from './routes.ts';
import { LOG_PATH } from './routes-actions.ts';
import { recordActivity } from './routes-activity.ts';
import { INSTALLATION_ID, OTHER_INSTALLATION_ID } from './routes-app.ts';
import type { ActivityType, Permissions, Principal, Repository, Role } from './state.ts';
import { Webhooks, type WebhookTarget } from './webhooks.ts';

const API_PREFIX = '/api/v3';
const GRAPHQL_PATH = '/api/graphql';

const NO_ARTIFACTS: ArtifactSource = { list: () => [], find: () => undefined, url: () => '' };

/** The forge behind its HTTP server. */
export class ForgeServer implements RunningGitHub {
  readonly state: ForgeState;
  readonly webhooks: Webhooks;
  readonly artifacts: ArtifactSource;
  readonly owner: string;
  addresses = { api: '', html: '' };
  port = 0;
  onStop: () => Promise<void> = async () => undefined;
  readonly #options: GitHubOptions;
  readonly #emulator: RunningEmulator;
  readonly #oracle = new ContractOracle();
  readonly #graphql = new GraphQLEndpoint();
  readonly #route: ReturnType<typeof createRouter>;
  readonly #repositoryHooks: { fullName: string; events: readonly string[]; webhooks: Webhooks }[] = [];

  constructor(parts: { state: ForgeState; options: GitHubOptions; owner: string; emulator: RunningEmulator }) {
    this.state = parts.state;
    this.owner = parts.owner;
    this.#options = parts.options;
    this.#emulator = parts.emulator;
    this.artifacts = parts.options.artifacts ?? NO_ARTIFACTS;
    this.webhooks = new Webhooks(parts.state.app.id);
    this.#route = createRouter(allRoutes(parts.emulator.ask, parts.owner));
  }

  open(port: number): void {
    this.port = port;
    const { pagesHost = 'github.localhost' } = this.#options;
    this.addresses = { api: `http://127.0.0.1:${port}${API_PREFIX}`, html: `http://${pagesHost}:${port}` };
  }

  get apiUrl(): string {
    return this.addresses.api;
  }
  get serverUrl(): string {
    return this.addresses.html;
  }
  get appId(): number {
    return this.state.app.id;
  }
  get appPrivateKey(): string {
    return this.state.app.privateKey;
  }
  get installationId(): number {
    return INSTALLATION_ID;
  }
  get otherApp(): RunningGitHub['otherApp'] {
    const { otherApp } = this.state;
    return otherApp && { id: otherApp.id, privateKey: otherApp.privateKey, installationId: OTHER_INSTALLATION_ID };
  }
  get violations(): readonly Violation[] {
    return this.#oracle.violations;
  }

  async createRepository(
    fullName: string,
    options: { isPrivate?: boolean; defaultBranch?: string } = {},
  ): Promise<Repository> {
    const [owner = '', name = ''] = fullName.split('/');
    if (owner === this.owner) await this.#emulator.addRepository(name);
    return this.state.addRepository({
      fullName,
      defaultBranch: options.defaultBranch ?? 'main',
      isPrivate: options.isPrivate ?? true,
      ownerType: owner === this.owner ? 'Organization' : 'User',
    });
  }

  async forkRepository(fullName: string, login: string): Promise<Repository> {
    const parent = this.state.repository(fullName);
    if (parent === undefined) throw new Error(`no repository ${fullName}`);
    const { defaultBranch, isPrivate, name } = parent;
    const options = { fullName: `${login}/${name}`, defaultBranch, isPrivate, forkOf: parent.fullName };
    const fork = await this.state.addRepository({ ...options, ownerType: 'User' });
    await fork.git.run([
      'fetch',
      '--quiet',
      parent.git.directory,
      '+refs/heads/*:refs/heads/*',
      '+refs/tags/*:refs/tags/*',
    ]);
    return fork;
  }

  userToken(login: string, role: Role = 'write'): string {
    this.state.roles.set(login, role);
    const account = this.state.account(login);
    const canWrite = role === 'write' || role === 'maintain' || role === 'admin';
    const permissions: Permissions = {
      contents: 'read',
      issues: 'write',
      pull_requests: 'write',
      actions: 'read',
      checks: 'read',
      statuses: 'read',
    };
    return this.state.issueToken('ghp_', {
      kind: 'user',
      account,
      startsWorkflows: true,
      ...(canWrite ? {} : { permissions }),
    });
  }

  webhook(target: WebhookTarget | undefined): void {
    this.webhooks.setTarget(target);
  }

  repositoryWebhook(fullName: string, hook: WebhookTarget & { readonly events: readonly string[] }): Webhooks {
    const webhooks = new Webhooks(undefined);
    webhooks.setTarget(hook);
    this.#repositoryHooks.push({ fullName, events: hook.events, webhooks });
    return webhooks;
  }

  redeliver(guid: string): Promise<void> {
    return this.webhooks.redeliver(guid);
  }

  cloneUrl(fullName: string, token: string): string {
    return `http://x-access-token:${token}@127.0.0.1:${this.port}/${fullName}.git`;
  }

  stop(): Promise<void> {
    return this.onStop();
  }

  emit(event: ForgeEvent): void {
    this.#options.onEvent?.(event);
    const { repository, sender, name, action } = event;
    const named = { name, ...(action === undefined ? {} : { action }) };
    const payload = {
      repository: presentRepository(this.addresses, repository),
      ...event.payload,
      organization: presentUser(this.addresses, repository.owner),
      sender: presentUser(this.addresses, sender),
    };
    if (repository.owner.login === this.owner && this.state.app.events.includes(name)) {
      const installation = { id: INSTALLATION_ID, node_id: nodeId('Installation', INSTALLATION_ID) };
      this.webhooks.send({ ...named, payload: { ...payload, installation } });
    }
    for (const hook of this.#repositoryHooks) {
      const isMeant = hook.fullName === repository.fullName && hook.events.includes(name);
      if (isMeant) hook.webhooks.send({ ...named, payload });
    }
  }

  dispatch(request: DispatchRequest): Promise<boolean> {
    return this.#options.onDispatch?.(request) ?? Promise.resolve(false);
  }

  async refMoved(
    repository: Repository,
    update: RefUpdate & { readonly type?: ActivityType },
    by: Principal,
  ): Promise<void> {
    const { ref, before, after } = update;
    const [, folder, ...rest] = ref.split('/');
    if (folder !== 'heads' && folder !== 'tags') return;
    if (folder === 'heads') await recordActivity(this.state, repository, { ...update, actor: by.account });
    const shared = { repository, sender: by.account, startsWorkflows: by.startsWorkflows };
    if (before === NO_OBJECT || after === NO_OBJECT) {
      const refType = folder === 'tags' ? 'tag' : 'branch';
      const payload = {
        ref: rest.join('/'),
        ref_type: refType,
        master_branch: repository.defaultBranch,
        description: null,
        pusher_type: 'user',
      };
      this.emit({ name: before === NO_OBJECT ? 'create' : 'delete', payload, ...shared });
    }
    this.emit({
      name: 'push',
      payload: await pushPayload(this.addresses, repository, { ref, before, after, by: by.account }),
      ...shared,
    });
    if (folder === 'heads') await followBranch(this, repository, { ref, before, after, by });
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isGitRequest(request)) return this.#serveGit(request, response);
    const url = new URL(request.url ?? '/', 'http://host');
    if (url.pathname === GRAPHQL_PATH) return this.#serveGraphQL(request, response);
    if (url.pathname.startsWith(LOG_PATH)) return void response.end(this.#logOf(url.pathname.slice(LOG_PATH.length)));
    if (!url.pathname.startsWith(API_PREFIX)) return sendJson(response, 404, { message: 'Not Found' });
    const path = url.pathname.slice(API_PREFIX.length).replace(/\/+$/, '');
    const method = request.method ?? 'GET';
    const found = this.#route(method, path);
    const raw = await readBody(request);
    const body: unknown = raw.length === 0 ? undefined : JSON.parse(raw.toString('utf8'));
    const query = [...url.searchParams.keys()];
    const reply = await this.#answer({ request, url, method, body, found });
    const pages = paginate(reply, url, this.addresses.api + path);
    const template = found?.route.template ?? path;
    this.#oracle.check({ method, template, query, requestBody: body, status: reply.status, responseBody: pages.body });
    response.writeHead(reply.status, {
      'x-ratelimit-remaining': '4999',
      ...headersOf(pages.body),
      ...reply.headers,
      ...pages.headers,
    });
    response.end(pages.body === undefined ? undefined : JSON.stringify(pages.body));
  }

  #logOf(jobId: string): string | undefined {
    const runs = [...this.state.repositories.values()].flatMap((repository) => repository.runs);
    const jobs = runs.flatMap((run) => [...run.jobs, ...(run.earlier ?? []).flatMap((one) => one.jobs)]);
    return jobs.find(({ id }) => String(id) === jobId)?.log;
  }

  async #serveGraphQL(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const principal = this.state.tokens.get((request.headers.authorization ?? '').replace(/^(?:bearer|token) /i, ''));
    if (principal === undefined) return sendJson(response, 401, { message: 'Bad credentials' });
    const body: unknown = JSON.parse((await readBody(request)).toString('utf8'));
    sendJson(response, 200, await this.#graphql.answer(body, { github: this, principal }));
  }

  async #answer(exchange: {
    request: IncomingMessage;
    url: URL;
    method: string;
    body: unknown;
    found: ReturnType<ReturnType<typeof createRouter>>;
  }): Promise<Reply> {
    const { request, url, method, body, found } = exchange;
    const authorization = request.headers.authorization ?? '';
    try {
      if (found === undefined) throw new ApiError(404, 'Not Found');
      const isAppRoute = found.route.template.startsWith('/app') || found.route.template.endsWith('/installation');
      const principal = isAppRoute ? undefined : this.#principal(authorization);
      const query = new URLSearchParams(url.searchParams);
      if (isAppRoute) query.set('\0authorization', authorization);
      const context: Context = {
        github: this,
        method,
        params: found.params,
        query,
        body: isJson(body) ? body : {},
        principal,
      };
      return await found.route.handle(context);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const errors = error.errors.length === 0 ? {} : { errors: error.errors };
      return {
        status: error.status,
        body: {
          message: error.message,
          ...errors,
          documentation_url: 'https://docs.github.com/rest',
          status: String(error.status),
        },
      };
    }
  }

  #principal(authorization: string): Principal | undefined {
    if (authorization === '') return undefined;
    const token = authorization.replace(/^(?:bearer|token) /i, '');
    const principal = this.state.tokens.get(token);
    if (principal === undefined) throw new ApiError(401, 'Bad credentials');
    return principal;
  }

  #serveGit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return serveGit(
      this.state.root,
      {
        authorize: ({ repository, service, token }) => this.#authorizeGit(repository, service, token),
        onPush: async ({ repository, token, updates }) => {
          const target = this.state.repository(repository);
          const by = this.state.tokens.get(token ?? '');
          if (target === undefined || by === undefined) return;
          for (const update of updates) await this.refMoved(target, update, by);
        },
      },
      { request, response },
    );
  }

  #authorizeGit(fullName: string, service: 'fetch' | 'push', token: string | undefined) {
    const repository = this.state.repository(fullName);
    const principal = token === undefined ? undefined : this.state.tokens.get(token);
    if (token !== undefined && principal === undefined) return 'anonymous';
    if (repository === undefined) return 'not-found';
    if (principal === undefined) return repository.isPrivate || service === 'push' ? 'anonymous' : 'allowed';
    if (principal.kind === 'user' && principal.account.login === repository.owner.login) return 'allowed';
    const isListed = principal.repositories?.includes(repository.fullName) ?? true;
    const level = service === 'push' ? 'write' : 'read';
    const isAllowed = principal.permissions === undefined || isGranted(principal.permissions, 'contents', level);
    return isListed && isAllowed ? 'allowed' : 'forbidden';
  }
}

function headersOf(body: unknown): Record<string, string> {
  return body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
}
